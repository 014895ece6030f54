"""The portal's forms. They read what was typed; the rules are the catalog's."""
