// For each element of the body, in the order of the document: [a mark of what it is, how many elements are in it].
// Two have the same mark when they are made alike and lie alike: words and addresses may differ, but not whether
// there are any, and the numbers in names; nothing else that a style can ask for. Width and theme are part of it.
() => {
  const WORDS = new Set(['href', 'src', 'srcset', 'value', 'datetime', 'title', 'alt', 'aria-label', 'placeholder', 'action']);
  const NAMES = new Set(['id', 'for', 'name', 'aria-labelledby', 'aria-describedby', 'aria-controls']);
  const plain = (name, value) =>
    WORDS.has(name) || name.startsWith('hx-') ? value !== '' : NAMES.has(name) ? value.replace(/[0-9a-f]{6,}|\d+/g, '#') : value;
  const hash = words => {
    let one = 0xdeadbeef, other = 0x41c6ce57;
    for (let i = 0; i < words.length; i++) {
      const code = words.charCodeAt(i);
      one = Math.imul(one ^ code, 2654435761);
      other = Math.imul(other ^ code, 1597334677);
    }
    one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909);
    return (one >>> 0).toString(36) + (other >>> 0).toString(36);
  };
  const head = element => element.localName + [...element.attributes].map(({name, value}) => ` ${name}=${plain(name, value)}`).join('');
  const found = [];
  const visit = (element, place) => {
    const own = head(element), at = found.length, inside = hash(`${place}>${own}`);
    found.push(null);
    let made = own;
    for (const child of element.childNodes) {
      if (child.nodeType === Node.ELEMENT_NODE) made += `<${visit(child, inside)}>`;
      else if (child.nodeType === Node.TEXT_NODE && child.data.trim()) made += '"';
    }
    const mark = hash(made);
    found[at] = [hash(`${place}|${mark}`), found.length - at - 1];
    return mark;
  };
  const root = document.documentElement;
  visit(document.body, [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches, head(root)].join());
  return found.slice(1);
}
