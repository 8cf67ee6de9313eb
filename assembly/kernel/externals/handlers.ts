// For guests that export `__signal`: they can have handlers.

@global
const HANDLERS: bool = true;
