//! Messages whose words depend on the moment: what is certain, and what there is to do next.

use super::Message;

/// The longest wait that people are told in seconds.
const LONGEST_IN_SECONDS: u64 = 120;

impl Message {
    /// Too many attempts: how long to wait, in words that are short. Minutes are told rather too many than
    /// too few.
    pub fn throttled(seconds: u64) -> Self {
        match seconds {
            0..=LONGEST_IN_SECONDS => Self::throttled_seconds(seconds),
            longer => Self::throttled_minutes(longer.div_ceil(60)),
        }
    }

    /// Somebody is back in, and there is nothing to do but to choose a password.
    pub fn recovered_to_choose() -> Self {
        let text = "You are back in. Please choose a new password now.";
        Self {
            text: text.to_owned(),
            ..Self::recovered()
        }
    }

    /// An address is proved by somebody who is not signed in.
    pub fn verified_signed_out() -> Self {
        let text = "Thank you: this address is yours. Now sign in.";
        Self {
            text: text.to_owned(),
            ..Self::verified()
        }
    }

    /// The same, where what whoever registered had set is gone with it.
    pub fn verified_anew() -> Self {
        let text = "Thank you: this address is yours. Nobody had shown that before, so nothing that was \
                    set up here lets anybody in any more. Get back in by mail to choose a password.";
        Self {
            text: text.to_owned(),
            ..Self::verified()
        }
    }

    /// A code was mailed to an address of whoever is signed in, so that it is certain to be known.
    pub fn verification_code_sent_to(address: &str) -> Self {
        let text = format!(
            "A code of six digits is on its way to {address}. Please enter it to show that the \
             address is yours."
        );
        Self::verification_code_sent().about(address, text)
    }

    /// The same of a link.
    pub fn verification_link_sent_to(address: &str) -> Self {
        let text = format!(
            "A link is on its way to {address}. Please open it to show that the address is yours."
        );
        Self::verification_link_sent().about(address, text)
    }

    fn about(mut self, address: &str, text: String) -> Self {
        self.text = text;
        self.context.insert("address".to_owned(), address.into());
        self
    }
}
