//! Messages people read, under the ids of the wire dialect; the texts are our own.

mod captcha;
mod factor;
mod key;
mod moments;
mod values;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A text with its id, so that a client can translate it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The dialect's id; ours begin at 1990000 and 4990000.
    pub id: u32,
    /// The text in English.
    pub text: String,
    /// `info`, `error` or `success`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The values the text is made with.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub context: Map<String, Value>,
}

impl Message {
    /// Something to know.
    pub fn info(id: u32, text: impl Into<String>, context: Value) -> Self {
        Self::new(id, text.into(), "info", context)
    }

    /// Something that is wrong.
    pub fn error(id: u32, text: impl Into<String>, context: Value) -> Self {
        Self::new(id, text.into(), "error", context)
    }

    /// Something that has been done.
    pub fn success(id: u32, text: impl Into<String>, context: Value) -> Self {
        Self::new(id, text.into(), "success", context)
    }

    /// The password is wrong, where the identifier is certain.
    pub fn password_wrong() -> Self {
        let text = "The password is not right. Check it for spelling mistakes.";
        Self::error(Self::credentials_invalid().id, text, Value::Null)
    }

    /// An address that somebody typed belongs to somebody who signs in another way.
    pub fn typed_address_taken(provider: &str) -> Self {
        let text = "Somebody is registered here with this address already. If that is you, sign in \
                    as you did before. Otherwise please use another address.";
        Self {
            text: text.to_owned(),
            ..Self::address_taken(provider)
        }
    }

    /// A field of this name is empty, which people know by its label.
    pub fn missing(label: &str, name: &str) -> Self {
        let mut message = Self::required(label);
        message.context.insert("property".to_owned(), name.into());
        message
    }

    fn new(id: u32, text: String, kind: &str, context: Value) -> Self {
        let context = match context {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        Self {
            id,
            text,
            kind: kind.to_owned(),
            context,
        }
    }
}

/// Messages as constructors; their wordings, and their names for tests, in two lists.
macro_rules! messages {
    ($wordings:ident, $all:ident: $($(#[$doc:meta])* $severity:ident $name:ident($($arg:ident: $ty:ty),*) = $id:literal, $text:literal;)*) => {
        impl Message {
            $($(#[$doc])*
            pub fn $name($($arg: $ty),*) -> Self {
                Self::$severity($id, format!($text), json!({$(stringify!($arg): $arg),*}))
            })*
        }

        /// Each one's id with its English text, in which `{…}` stands for a value of the context.
        const $wordings: &[(u32, &str)] = &[$(($id, $text)),*];

        /// Each one's id, severity, name and text.
        #[cfg(test)]
        const $all: &[(u32, &str, &str, &str)] =
            &[$(($id, stringify!($severity), stringify!($name), $text)),*];
    };
}

use messages;

impl Message {
    /// Every message's id with its English text, in which `{…}` stands for a value of the context.
    pub fn wordings() -> impl Iterator<Item = &'static (u32, &'static str)> {
        let parts = WORDINGS.iter().chain(factor::wordings());
        parts.chain(key::wordings()).chain(captcha::wordings())
    }

    #[cfg(test)]
    fn all() -> impl Iterator<Item = &'static (u32, &'static str, &'static str, &'static str)> {
        let parts = ALL.iter().chain(factor::all());
        parts.chain(key::all()).chain(captcha::all())
    }
}

messages! {
    WORDINGS, ALL:
    /// The button that signs in.
    info sign_in() = 1010001, "Sign in";
    /// The button that signs in through a provider.
    info sign_in_with(provider: &str, provider_id: &str) = 1010002, "Sign in with {provider}";
    /// The button that signs in with a password.
    info sign_in_with_password() = 1010022, "Sign in";
    /// Why somebody who is signed in must prove it again.
    info reauthenticate() = 1010003, "Please confirm that it is you.";
    /// What proving it does, where a new password waits for that.
    info confirms_password() = 1990070, "With that, the new password that was entered here counts. If this was not you, do not go on.";
    /// The same, where an account of a provider is to be linked.
    info confirms_link(provider: &str) = 1990071, "With that, {provider} becomes a way to sign in. If this was not you, do not go on.";
    /// The same, where a link is to be removed.
    info confirms_unlink() = 1990072, "With that, a way to sign in is removed. If this was not you, do not go on.";
    /// The same, where an account is to be moved from another identity.
    info confirms_move() = 1990073, "With that, an account that is linked to somebody else here becomes a way to sign in. If this was not you, do not go on.";
    /// The same, where the profile is to be changed.
    info confirms_profile() = 1990074, "With that, the profile is changed, its addresses included. If this was not you, do not go on.";
    /// The same, where somebody wants to delete their account.
    info confirms_deletion() = 1990075, "With that, the account can be deleted. If this was not you, do not go on.";
    /// The same, where second factors or passkeys are changed.
    info confirms_factor() = 1990076, "With that, what you sign in with besides is changed. If this was not you, do not go on.";
    /// What stands above the second step of signing in.
    info second_step() = 1010004, "Please confirm with your second step that it is you.";
    /// Why a second factor stays.
    error factor_needed() = 4990030, "This stays: everybody here needs a second step, and something to sign in with. Please add another one first.";
    /// A code was mailed.
    info code_sent() = 1010014, "A code of six digits is on its way to the email address that is known here. Please enter it within ten minutes.";
    /// The button that mails a code.
    info send_code() = 1010015, "Send a code to my email address";
    /// Why an account of a provider waits to be linked.
    #[expect(non_snake_case, reason = "the dialect's clients know the identifier by this spelling")]
    info link_account(duplicateIdentifier: &str, provider: &str) = 1010016, "{duplicateIdentifier} is known here already, but not with this {provider} account. Please sign in once as you did before, to show that both are yours: that links the account.";
    /// The button that signs in with a password and links an account.
    info sign_in_and_link() = 1010017, "Sign in and link";
    /// The button that signs in through a provider and links an account of another.
    info sign_in_with_and_link(provider: &str, provider_id: &str) = 1010018, "Sign in with {provider} and link";
    /// The button that registers.
    info sign_up() = 1040001, "Sign up";
    /// The button that registers through a provider.
    info sign_up_with(provider: &str, provider_id: &str) = 1040002, "Sign up with {provider}";
    /// The button that goes on with what a provider said.
    info continue_with(provider: &str) = 1040003, "Continue";
    /// The settings are changed.
    success settings_saved() = 1050001, "Your changes have been saved.";
    /// The button that links an account of a provider.
    info link_provider(provider: &str) = 1050002, "Link {provider}";
    /// The field of the name of an attribute that no schema describes.
    info attribute_name() = 1990060, "Name of a further attribute";
    /// The field of its value.
    info attribute_value() = 1990061, "Value of that attribute";
    /// The button that links one more account of a provider, which the person chooses there.
    info link_another(provider: &str) = 1990022, "Link another {provider} account";
    /// The button that removes a link.
    info unlink_provider(provider: &str) = 1050003, "Unlink {provider}";
    /// The button that moves a link from another identity.
    info move_link(provider: &str) = 1990020, "Move {provider} here";
    /// The button that leaves a link where it is.
    info keep_link() = 1990021, "Leave it where it is";
    /// Somebody is back in.
    success recovered() = 1060001, "You are back in. Please choose a new password now, or link another way to sign in.";
    /// A link to get back in was mailed, if the address is known.
    info recovery_link_sent() = 1060002, "If this address is known here, a link is on its way to it. Please open it to get back in.";
    /// A code to get back in was mailed, if the address is known.
    info recovery_code_sent() = 1060003, "If this address is known here, a code of six digits is on its way to it. Please enter it to get back in.";
    /// The label of a password.
    info password() = 1070001, "Password";
    /// A label the schema gives.
    info titled(title: &str, name: &str) = 1070002, "{title}";
    /// The label of a new password.
    info new_password() = 1990034, "New password";
    /// The button that saves a form.
    info save() = 1070003, "Save";
    /// The label of an identifier.
    info identifier() = 1070004, "Email or other identifier";
    /// The label of an e-mail address.
    info email() = 1070007, "Email address";
    /// The button that mails another code.
    info resend_code() = 1070008, "Send it again";
    /// The terms and conditions, as the operator wrote them.
    info terms(text: &str) = 1990050, "{text}";
    /// The link to the terms and conditions.
    info read_terms() = 1990051, "Read the terms and conditions";
    /// The button that accepts the terms and conditions.
    info accept_terms() = 1990052, "I accept";
    /// The button that begins to prove an address.
    info verify_address(address: &str) = 1990053, "Confirm {address}";
    /// The button that goes on.
    info go_on() = 1070009, "Continue";
    /// The label of a code to get back in.
    info recovery_code() = 1070010, "Code";
    /// The label of a code that proves an address.
    info verification_code() = 1070011, "Code";
    /// The label of the address that a code to get back in goes to.
    info recovery_address() = 1070016, "Email address";
    /// A link that proves an address was mailed.
    info verification_link_sent() = 1080001, "If this address is known here, a link is on its way to it. Please open it to show that the address is yours.";
    /// An address is proved.
    success verified() = 1080002, "Thank you: this address is yours.";
    /// A code that proves an address was mailed.
    info verification_code_sent() = 1080003, "If this address is known here, a code of six digits is on its way to it. Please enter it to show that the address is yours.";
    /// The label of a mailed code.
    info login_code() = 1070013, "Code";
    /// An address that a provider names but has not verified.
    info confirm_address(provider: &str) = 1990001, "{provider} has not checked this address. Please make sure that it is yours, or use another one.";
    /// What a provider said is shown before an identity is made of it.
    info review_profile(provider: &str) = 1990010, "Please check what {provider} says of you, then continue.";
    /// What a provider did not tell is asked, before anybody has filled in anything.
    info not_told(provider: &str) = 1990014, "{provider} has not told everything that is needed here. Please fill in what is missing.";
    /// An account that should be linked is linked already.
    info linked_already(provider: &str) = 1990011, "This {provider} account is linked already. To link another one, choose it at {provider}.";
    /// A change that waited until somebody had confirmed who they are waited too long.
    info nothing_changed() = 1990012, "Nothing has changed, because it was not confirmed in time. Please try once more.";
    /// A form that is gone was asked for, and this one takes its place.
    info form_replaced() = 1990013, "That form is not known any more, so here is a new one.";
    /// Somebody could not sign in who has perhaps not proved their address yet.
    info prove_first() = 1990015, "If you have just registered, open the mail that was sent to you first, or ask for another one: you can sign in once your address is confirmed.";
    /// The button that asks to delete an account.
    info delete_account() = 1990030, "Delete my account";
    /// The button that deletes an account for good.
    info delete_for_good() = 1990031, "Yes, delete it for good";
    /// The button that leaves an account as it is.
    info keep_account() = 1990032, "Keep my account";
    /// What goes with an account.
    info deletion_takes(links: usize, sessions: usize) = 1990033, "Your profile and your password go for good, with {links} linked accounts. You are signed out here and everywhere else. Nobody can bring it back.";
    /// A value is missing.
    error required(property: &str) = 4000002, "Please fill in {property}.";
    /// A text is too short.
    error min_length(min_length: u64, actual_length: u64) = 4000003, "Please use at least {min_length} characters (now {actual_length}).";
    /// A text does not have the form that is asked.
    error pattern(pattern: &str) = 4000004, "This does not have the expected form.";
    /// A password is not accepted.
    error password_policy(reason: &str) = 4000005, "This password cannot be used: {reason}.";
    /// Identifier or password is wrong.
    error credentials_invalid() = 4000006, "The identifier or the password is not right. Check both for spelling mistakes.";
    /// The identifier is taken.
    error duplicate() = 4000007, "Somebody is registered with this already. Sign in instead, or use another address.";
    /// A text is too long.
    error max_length(max_length: u64, actual_length: u64) = 4000017, "Please use at most {max_length} characters (now {actual_length}).";
    /// A number is too small.
    error minimum(minimum: &Value, actual: &Value) = 4000018, "Please use at least {minimum} (now {actual}).";
    /// A number is too large.
    error maximum(maximum: &Value, actual: &Value) = 4000020, "Please use at most {maximum} (now {actual}).";
    /// A number is not large enough.
    error exclusive_minimum(exclusive_minimum: &Value, actual: &Value) = 4000019, "Please use more than {exclusive_minimum} (now {actual}).";
    /// A number is not small enough.
    error exclusive_maximum(exclusive_maximum: &Value, actual: &Value) = 4000021, "Please use less than {exclusive_maximum} (now {actual}).";
    /// A number is between the steps.
    error multiple_of(base: f64, actual: &Value) = 4000022, "Please use a multiple of {base} (now {actual}).";
    /// A list is too long.
    error max_items(max_items: u64, actual_items: usize) = 4000023, "Please give at most {max_items} (now {actual_items}).";
    /// A list is too short.
    error min_items(min_items: u64, actual_items: usize) = 4000024, "Please give at least {min_items} (now {actual_items}).";
    /// A list says something twice.
    error unique_items() = 4000025, "Please give each only once.";
    /// A value is of the wrong type, in words that fit none of them.
    error mistyped(allowed_types: &str, actual_type: &str) = 4000026, "Something else is expected here.";
    /// An account is linked to another identity.
    error linked_elsewhere(provider: &str) = 4000027, "This {provider} account belongs to somebody who is known here already.";
    /// A value is not the one that is asked.
    error constant(expected: &Value) = 4000029, "This must be {expected}.";
    /// The password is like what is known of its person.
    error password_is_similar() = 4000031, "The password must not be like your name, your address or anything else in your profile.";
    /// A password is too short.
    error password_too_short(min_length: usize, actual_length: usize) = 4000032, "The password needs at least {min_length} characters (now {actual_length}).";
    /// A password is too long.
    error password_too_long(max_length: usize, actual_length: usize) = 4000033, "The password may have at most {max_length} characters (now {actual_length}).";
    /// Breaches have made the password known.
    error password_breached(breaches: u64) = 4000034, "This password has become known in data breaches. Please choose another one.";
    /// The new password is the one there is already.
    error same_password() = 4000039, "This is your password already. Please choose another one.";
    /// Something is no e-mail address.
    error not_an_email(value: &str) = 4000040, "This is not an email address.";
    /// Something is no telephone number.
    error not_a_phone(value: &str) = 4000041, "This is not a telephone number.";
    /// A value is wrong in a way that has no id of its own.
    error invalid(reason: &str) = 4000001, "{reason}";
    /// The sign-in form has expired.
    error login_expired() = 4010001, "The form had expired, so here is a new one. Please try again.";
    /// A mailed code is wrong.
    error code_invalid() = 4010008, "This code is not right, or not valid any more. After five tries or ten minutes, please ask for another one.";
    /// The identity is switched off.
    error identity_disabled() = 4010011, "Your account here is switched off. Please ask your administrator.";
    /// The registration form has expired.
    error registration_expired() = 4040001, "The form had expired, so here is a new one. Please try again.";
    /// The settings form has expired.
    error settings_expired() = 4050001, "The form had expired, so here is a new one. Please try again.";
    /// A link to get back in is wrong.
    error recovery_link_invalid() = 4060004, "This link is not right, or was used already, or is too old. Please ask for another one.";
    /// A code to get back in is wrong.
    error recovery_code_invalid() = 4060006, "This code is not right, or was used already, or is too old. After five tries, please ask for another one.";
    /// A link that proves an address is wrong.
    error verification_link_invalid() = 4070001, "This link is not right, or was used already, or is too old. Please ask for another one.";
    /// A code that proves an address is wrong.
    error verification_code_invalid() = 4070006, "This code is not right, or was used already, or is too old. After five tries, please ask for another one.";
    /// The recovery form has expired.
    error recovery_expired() = 4060005, "The form had expired, so here is a new one. Please try again.";
    /// The verification form has expired.
    error verification_expired() = 4070005, "The form had expired, so here is a new one. Please try again.";
    /// What a provider said does not suffice.
    error complete_profile() = 4990001, "Please fill in what is missing.";
    /// Too many attempts, for a moment.
    error throttled_seconds(retry_after: u64) = 4990002, "There were too many attempts. Please wait {retry_after} seconds and try again.";
    /// An address belongs to somebody who signs in another way.
    error address_taken(provider: &str) = 4990003, "Somebody is registered here with the email address of this {provider} account already. If that is you, please sign in as you did before.";
    /// The only way in cannot be removed.
    error last_factor(provider: &str) = 4990004, "This {provider} account is your only way to sign in. Link another account first, then unlink this one.";
    /// There is no such link.
    error not_linked(provider: &str) = 4990005, "{provider} is not linked, or not any more. Please choose one of the linked accounts.";
    /// An account could be moved from another identity.
    info move_offered(provider: &str) = 1990023, "If that is you as well, you can move the {provider} account here. From then on it signs you in as who you are now.";
    /// An account cannot be moved from another identity.
    error move_refused(provider: &str) = 4990008, "The {provider} account is their only way to sign in, so it stays there. If that is you, sign in with it, link another account, and try again.";
    /// The terms have changed since they were read.
    error terms_changed() = 4990020, "The terms have changed in the meantime. Please read them once more.";
    /// Somebody else has changed the same in the meantime.
    error changed_meanwhile() = 4990010, "This was changed somewhere else in the meantime. Please look at how it is now, then make your change again.";
    /// A trait is a provider's to change.
    error kept_by_provider() = 4990011, "A linked account keeps this up to date. Please change it there.";
    /// A trait is not changed on this route.
    error protected_trait() = 4990012, "This cannot be changed here. Please change it in your settings.";
    /// A name to sign in with is somebody else's, or may be in a moment.
    error name_taken() = 4990013, "Somebody else has this name here. Please choose another one.";
    /// Too many attempts, for longer.
    error throttled_minutes(minutes: u64) = 4990014, "There were too many attempts. Please wait {minutes} minutes and try again.";
    /// The password is guessed early.
    error password_guessable() = 4990060, "This password is easily guessed. Please use more words, or less common ones.";
    /// The password is one of the last ones.
    error password_used_before() = 4990061, "You have had this password before. Please choose another one.";
    /// Whether breaches have made the password known cannot be told.
    error password_unchecked() = 4990062, "Passwords cannot be checked at the moment. Please try again in a minute.";
    /// Several links are meant.
    error which_link(provider: &str) = 4990006, "Several {provider} accounts are linked. Please choose one of them.";
}

#[cfg(test)]
mod tests;
