//! What second factors say.

use serde_json::{Value, json};

use super::{Message, messages};

/// Where messages that list secrets keep them.
const SECRETS: &str = "secrets";

messages! {
    WORDINGS, ALL:
    /// The label of the code that an authenticator app shows.
    info totp_code() = 1010006, "Code of the authenticator app";
    /// The label of a backup code.
    info lookup_code() = 1010007, "Backup code";
    /// The button that proves somebody by an authenticator app.
    info use_totp() = 1010009, "Continue with the app";
    /// The button that proves somebody by a backup code.
    info use_lookup() = 1010010, "Continue with a backup code";
    /// The button that removes an authenticator app.
    info unlink_totp() = 1050004, "Remove the authenticator app";
    /// The label of the picture that an authenticator app reads.
    info totp_picture() = 1050005, "Scan this with an authenticator app";
    /// The secret that somebody types into an authenticator app.
    info totp_secret(secret: &str) = 1050006, "{secret}";
    /// The button that makes new backup codes.
    info make_lookup() = 1050008, "Make new backup codes";
    /// A backup code that is shown.
    info lookup_secret(secret: &str) = 1050009, "{secret}";
    /// The label of backup codes that are shown.
    info lookup_list_label() = 1050010, "Each of these codes works once, in place of the app or key. Write them down now: they are not shown again.";
    /// The button that says that the backup codes are written down.
    info confirm_lookup() = 1050011, "I have written them down";
    /// When a backup code was used.
    info lookup_used_at(used_at: &str) = 1050014, "One was used on {used_at}.";
    /// All backup codes in one text.
    info lookup_list(list: &str) = 1050015, "{list}";
    /// The button that removes the backup codes.
    info remove_lookup() = 1050016, "Remove the backup codes";
    /// The label of the secret of an authenticator app.
    info totp_secret_label() = 1050017, "Or type this into the app";
    /// The label of the code that shows that an authenticator app is set up.
    info verify_totp() = 1070006, "The code that the app shows then";
    /// How many backup codes are left.
    info lookup_left(left: usize, total: usize) = 1990080, "{left} of {total} backup codes are left.";
    /// There are few backup codes left.
    info lookup_few(left: usize) = 1990081, "Only {left} backup codes are left. Please make new ones soon, in your settings.";
    /// There are no backup codes left.
    info lookup_out() = 1990082, "All backup codes are used. Please make new ones.";
    /// An authenticator app is set up.
    info totp_present() = 1990083, "An authenticator app is set up.";
    /// What backup codes are good for.
    info lookup_purpose() = 1990084, "Codes on paper, for when the app or key is not at hand.";
    /// The link that opens an authenticator app on the same device.
    info totp_link() = 1990085, "Or open it in an app on this device";
    /// The code of an authenticator app is wrong.
    error totp_wrong() = 4000008, "This code is not right. Please enter the one that the app shows now.";
    /// There is no authenticator app.
    error totp_missing() = 4000011, "No authenticator app is set up here.";
    /// A backup code was used already.
    error lookup_used() = 4000012, "This backup code was used already. Please use another one.";
    /// There are no backup codes.
    error lookup_missing() = 4000014, "There are no backup codes here.";
    /// A backup code is wrong.
    error lookup_wrong() = 4000016, "This backup code is not right. Check it for spelling mistakes.";
    /// The code of an authenticator app was used already.
    error totp_used() = 4990080, "This code was used already. Please wait until the app shows the next one.";
    /// Backup codes are not shown a second time.
    error lookup_shown() = 4990081, "Backup codes are shown only once. Please make new ones if these are lost.";
    /// An address has to be proved before a second factor or passkey is added.
    error address_first() = 4990082, "Please confirm your email address first, so that what you add here is certainly yours.";
    /// The link to where an address is proved before that.
    info to_confirm_address() = 1990086, "Confirm your email address first";
}

impl Message {
    /// Backup codes as one text; each of them also stands in the context, for programs.
    pub fn lookup_secrets(secrets: &[String]) -> Self {
        let mut message = Self::lookup_list(&secrets.join(", "));
        let each = secrets.iter().map(|secret| Self::lookup_secret(secret));
        let each: Vec<Value> = each.map(|one| json!(one)).collect();
        message.context = [(SECRETS.to_owned(), Value::from(each))]
            .into_iter()
            .collect();
        message
    }

    /// The texts of the secrets that a message lists; none where it lists none.
    pub fn secrets(&self) -> Vec<&str> {
        let listed = self.context.get(SECRETS).and_then(Value::as_array);
        let listed = listed.into_iter().flatten();
        listed.filter_map(|one| one.get("text")?.as_str()).collect()
    }
}

pub(super) fn wordings() -> std::slice::Iter<'static, (u32, &'static str)> {
    WORDINGS.iter()
}

#[cfg(test)]
pub(super) fn all() -> std::slice::Iter<'static, (u32, &'static str, &'static str, &'static str)> {
    ALL.iter()
}
