//! What page plugins share: the page shell, forms, negotiation.
