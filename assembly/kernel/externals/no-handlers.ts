// For guests that export no `__signal`: there would be nobody to call.

@global
const HANDLERS: bool = false;
