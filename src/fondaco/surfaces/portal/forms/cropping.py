"""The part of a picture to keep. Without scripts the fields are empty: the server takes the middle, or the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from django import forms
from django.utils.translation import gettext_lazy as _

from fondaco.catalog.images import ICON_BYTES, SCREENSHOT_BYTES, Crop, find_fault

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

CROP_FIELDS: Final = ("crop_left", "crop_top", "crop_width", "crop_height")
_MOST: Final = 10_000


def _number(label: _StrPromise, *, least: int) -> forms.IntegerField:
    widget = forms.HiddenInput(attrs={"autocomplete": "off"})
    return forms.IntegerField(label=label, required=False, min_value=least, max_value=_MOST, widget=widget)


class PictureField(forms.FileField):
    """An upload that says at once when it is no picture; ``part`` is what the domain calls it."""

    def __init__(self, *, part: Literal["icon", "image"], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.part: Final = part
        self.most_bytes: Final = ICON_BYTES if part == "icon" else SCREENSHOT_BYTES

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The upload, from its beginning. One byte more than allowed is enough to refuse it."""
        upload = super().clean(data, initial)
        if upload:
            fault = find_fault(upload.read(self.most_bytes + 1), field=self.part)
            upload.seek(0)
            if fault:
                raise forms.ValidationError(fault)
        return upload


class CropForm(forms.Form):
    """Mixin of forms with a picture: four numbers, in pixels of the picture, all of them or none."""

    crop_left = _number(_("From the left"), least=0)
    crop_top = _number(_("From the top"), least=0)
    crop_width = _number(_("Width"), least=1)
    crop_height = _number(_("Height"), least=1)

    def clean(self) -> dict[str, Any]:
        """Three numbers are no rectangle."""
        data = super().clean() or self.cleaned_data
        empty = [name for name in CROP_FIELDS if data.get(name) is None and name not in self.errors]
        if empty and len(empty) < len(CROP_FIELDS):
            for name in empty:
                self.add_error(name, _("Give all four numbers, or none."))
        return data

    def crop(self) -> Crop | None:
        """The part that was chosen, if one was."""
        numbers = [self.cleaned_data.get(name) for name in CROP_FIELDS]
        return Crop(*numbers) if None not in numbers else None  # type: ignore[arg-type]  # none is None
