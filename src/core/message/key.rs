//! What security keys and passkeys say.

use serde_json::json;

use super::{Message, messages};

messages! {
    WORDINGS, ALL:
    /// The button that proves somebody by a security key.
    info use_security_key() = 1010008, "Use a security key";
    /// The button that signs in with a passkey.
    info sign_in_with_passkey() = 1010021, "Sign in with a passkey";
    /// The button that adds a security key.
    info add_security_key() = 1050012, "Add a security key";
    /// The label of the name of a security key.
    info security_key_name() = 1050013, "Name of the key";
    /// The button that removes a security key.
    info remove_security_key(display_name: &str, added_at: &str) = 1050018, "Remove “{display_name}”";
    /// The button that adds a passkey.
    info add_passkey() = 1050019, "Add a passkey";
    /// The button that removes a passkey.
    info remove_passkey(display_name: &str, added_at: &str) = 1050020, "Remove “{display_name}”";
    /// The button that asks for another name of a key.
    info rename_key(display_name: &str) = 1990150, "Rename “{display_name}”";
    /// The label of a key's new name.
    info new_key_name() = 1990151, "New name";
    /// Has one second factor asked for before the others.
    info ask_first() = 1990152, "Ask for this first";
    /// A security key or passkey proves nothing.
    error key_wrong() = 4000043, "That did not work with this key. Please try it again, or take another one.";
    /// A key is known already.
    error key_known() = 4990150, "This key is known here already. Please take another one.";
    /// A key is not there any more.
    error key_gone() = 4990151, "This key is not there any more. Please look at the list once more.";
    /// There are as many keys as there may be.
    error keys_full() = 4990152, "There are as many keys as there can be. Please remove one first.";
    /// A key's counter went back.
    error key_copied() = 4990153, "There may be a copy of this key, so it is not accepted. Please take another one, and remove this one from your settings.";
    /// Why the last security key stays.
    error key_needed() = 4990154, "This key stays: whoever signs in through a provider needs one here. Please add another one first.";
}

pub(super) fn wordings() -> std::slice::Iter<'static, (u32, &'static str)> {
    WORDINGS.iter()
}

#[cfg(test)]
pub(super) fn all() -> std::slice::Iter<'static, (u32, &'static str, &'static str, &'static str)> {
    ALL.iter()
}
