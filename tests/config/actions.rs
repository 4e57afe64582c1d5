//! `[required_actions]`: what people may have to do, and what nobody could.

use std::time::Duration;

use portcullis_core::action::Action;

use crate::{Folder, ROUTE, refused, route, warned};

/// KC-095.
#[test]
fn kc_095_actions_have_defaults_that_one_key_at_a_time_changes() {
    let text = route("[required_actions.VERIFY_PROFILE]\nenabled = false");
    let config = Folder::with(&text).load().unwrap().config;
    let settings = config.action_settings();
    assert!(!settings[&Action::VerifyProfile].enabled);
    assert_eq!(settings[&Action::VerifyProfile].priority, 50);
    assert!(settings[&Action::UpdatePassword].enabled);
    assert!(!settings[&Action::TermsAndConditions].enabled);
    let deletion = &settings[&Action::DeleteAccount];
    assert!(!deletion.enabled && deletion.max_auth_age.is_zero());
    let minutes = Duration::from_secs(300);
    assert_eq!(settings[&Action::UpdateProfile].max_auth_age, minutes);
    let variable = (
        "PORTCULLIS__REQUIRED_ACTIONS__UPDATE_PROFILE__DEFAULT",
        "true",
    );
    let config = Folder::with(ROUTE).load_with(&[variable]).unwrap().config;
    assert!(config.action_settings()[&Action::UpdateProfile].default);
}

/// KC-105.
#[test]
fn kc_105_the_age_of_a_sign_in_for_a_new_password_can_stand_with_the_passwords() {
    let text = route("[identity.password]\nmax_auth_age = \"1m\"\nmax_age = \"90d\"");
    let config = Folder::with(&text).load().unwrap().config;
    let minute = Duration::from_secs(60);
    let settings = config.action_settings();
    assert_eq!(settings[&Action::UpdatePassword].max_auth_age, minute);
    refused(
        &route("[identity.password]\nmax_age = \"1h\""),
        "portcullis.toml:5: identity.password.max_age: nobody chooses a password each day",
    );
}

/// KC-092: an alias of another gateway's table is told, and keeps nothing from starting.
#[test]
fn kc_092_an_action_that_there_is_not_is_told_with_what_there_is() {
    let table = |alias: &str| route(&format!("[required_actions.{alias}]\nenabled = true"));
    refused(
        &table("UPDATE_PASWORD"),
        "portcullis.toml:4: required_actions.UPDATE_PASWORD: there is no such action; did you mean \
         `UPDATE_PASSWORD`?",
    );
    let settings = "this action does not exist here, so the table has no effect; the settings page \
                    does the same";
    for (alias, expected) in [
        (
            "UPDATE_EMAIL",
            "this action does not exist here, so the table has no effect; UPDATE_PROFILE does the same",
        ),
        ("delete_credential", settings),
        ("idp_link", settings),
    ] {
        warned(
            &table(alias),
            &format!("portcullis.toml:4: warning: required_actions.{alias}: {expected}"),
        );
    }
}

/// KC-096.
#[test]
fn kc_096_terms_need_a_version_and_something_to_read() {
    let terms = |keys: &str| route(&format!("[required_actions.TERMS_AND_CONDITIONS]\n{keys}"));
    let at = "required_actions.TERMS_AND_CONDITIONS";
    let told = Folder::with(&terms("enabled = true")).refused();
    assert!(
        told.contains(&format!("{at}.version: terms need a version")),
        "{told}"
    );
    assert!(
        told.contains(&format!("{at}.text: there is nothing to accept")),
        "{told}"
    );
    let good = terms("enabled = true\nversion = \"1\"\ntext_file = \"terms.txt\"");
    let config = Folder::with(&good)
        .and("terms.txt", "Be kind.\n")
        .load()
        .unwrap()
        .config;
    let read = config.terms().unwrap();
    assert_eq!(
        (&*read.version, read.text.as_deref()),
        ("1", Some("Be kind.\n"))
    );
    let both = terms("text = \"a\"\ntext_file = \"terms.txt\"");
    let told = Folder::with(&both).and("terms.txt", "a").refused();
    assert!(
        told.contains("`text` and `text_file` are both given"),
        "{told}"
    );
    refused(
        &route("[required_actions.UPDATE_PROFILE]\nversion = \"1\""),
        "portcullis.toml:5: required_actions.UPDATE_PROFILE.version: only TERMS_AND_CONDITIONS",
    );
}

#[test]
fn an_action_that_nobody_could_do_is_off_and_warned_of() {
    let text = route("[required_actions.VERIFY_EMAIL]\ndefault = true");
    let folder = Folder::with(&text);
    assert!(
        folder
            .warned()
            .contains("addresses cannot be verified here")
    );
    let settings = folder.load().unwrap().config.action_settings();
    assert!(!settings[&Action::VerifyEmail].enabled);
    let text = route(
        "[identity.local]\nenabled = false\n[required_actions.UPDATE_PASSWORD]\ndefault = true",
    );
    let folder = Folder::with(&text);
    assert!(folder.warned().contains("there are no passwords here"));
    let settings = folder.load().unwrap().config.action_settings();
    assert!(!settings[&Action::UpdatePassword].enabled);
}

#[test]
fn nobody_has_to_delete_their_account() {
    refused(
        &route("[required_actions.delete_account]\nenabled = true\ndefault = true"),
        "portcullis.toml:6: required_actions.delete_account.default: nobody has to",
    );
}

/// CU-25: nobody is asked for what they could not set up.
#[test]
fn cu_25_enforcement_needs_a_factor_that_can_be_set_up() {
    let off = "[identity.mfa]\nenforce = true\ntotp = false\n";
    let expected =
        "portcullis.toml:5: identity.mfa.enforce: nobody could set up a second factor here";
    refused(&route(&format!("{off}webauthn = false")), expected);
    let text = format!("{off}[required_actions.webauthn-register]\nenabled = false");
    refused(&route(&text), expected);
    Folder::with(&route("[identity.mfa]\nenforce = true"))
        .load()
        .unwrap();
}

/// CU-30: nobody is asked for a key that they could not add.
#[test]
fn cu_30_a_key_after_a_provider_needs_keys_that_can_be_added() {
    let on = "[identity.mfa]\nwebauthn_after_provider = true\n";
    let expected = "portcullis.toml:5: identity.mfa.webauthn_after_provider: nobody could add a security \
                    key here";
    refused(&route(&format!("{on}webauthn = false")), expected);
    let text = format!("{on}[required_actions.webauthn-register]\nenabled = false");
    refused(&route(&text), expected);
    let numbers = format!("public_url = \"http://127.0.0.1:8080\"\n{}", route(on));
    let told = Folder::with(&numbers).refused();
    assert!(
        told.contains("identity.mfa.webauthn_after_provider"),
        "{told}"
    );
    let config = Folder::with(&route(on)).load().unwrap().config;
    assert!(config.assurance().key_after_provider);
    let config = Folder::with(ROUTE).load().unwrap().config;
    assert!(!config.assurance().key_after_provider);
}

const MAIL: &str = "[mail]\nurl = \"smtps://mail.example.org\"\nfrom = \"id@example.org\"";
const OPEN: &str = "[plugins.self-service.registration]\nenabled = true";

/// A route that not everybody passes who registers.
fn narrowed(tables: &str) -> String {
    route(tables).replacen(
        "upstream",
        "allow = \"'a' in identity.traits.groups\"\nupstream",
        1,
    )
}

fn proves(tables: &str) -> bool {
    let config = Folder::with(&narrowed(tables)).load().unwrap().config;
    let verify = &config.action_settings()[&Action::VerifyEmail];
    verify.enabled && verify.default
}

/// HA-08, KC-093: whoever registers proves their address first, unless that cannot be or is not wanted.
#[test]
fn kc_093_everybody_new_proves_their_address_where_people_register_and_mail_is_sent() {
    let open = format!("{MAIL}\n{OPEN}");
    assert!(proves(&open));
    assert!(!proves(MAIL), "nobody registers");
    assert!(!proves(OPEN), "nobody is written to");
    for more in [
        "[plugins.self-service.recovery]\nenabled = false",
        "[plugins.self-service.verification]\nenabled = false",
        "[identity.local]\nenabled = false",
        "[required_actions.VERIFY_EMAIL]\nenabled = false",
        "[required_actions.VERIFY_EMAIL]\ndefault = false",
    ] {
        assert!(!proves(&format!("{open}\n{more}")), "{more}");
    }
    let asked = "[required_actions.VERIFY_EMAIL]\ndefault = true";
    assert!(proves(&format!("{MAIL}\n{asked}")), "whoever is new");
}

/// A schema without an address to sign in with has nobody prove one first, and one of several does.
#[test]
fn a_schema_of_names_asks_for_no_proof_by_default() {
    let schema = |id: &str, keyword: &str, more: &str| {
        format!(
            "[[identity.schemas]]\nid = \"{id}\"\n{more}\ninline = '''{{\"type\": \"object\", \
             \"properties\": {{\"it\": {{\"type\": \"string\", \"ory.sh/kratos\": {{\"credentials\": \
             {{\"password\": {{\"identifier\": true}}}} {keyword} }} }} }} }}'''"
        )
    };
    let open = format!("{MAIL}\n{OPEN}\n[identity]\ndefault_schema = \"names\"");
    let names = format!("{open}\n{}", schema("names", "", ""));
    assert!(!proves(&names));
    let verified = ", \"verification\": {\"via\": \"email\"}";
    let both = format!("{verified}, \"recovery\": {{\"via\": \"email\"}}");
    let half = schema("half", verified, "selfservice_selectable = true");
    assert!(!proves(&format!("{names}\n{half}")));
    let closed = schema("mail", &both, "");
    assert!(!proves(&format!("{names}\n{closed}")));
    let offered = schema("mail", &both, "selfservice_selectable = true");
    assert!(proves(&format!("{names}\n{offered}")));
}

#[test]
fn whoever_has_registrations_tell_who_is_known_is_told() {
    let off = "[required_actions.VERIFY_EMAIL]\ndefault = false";
    let told = |tables: &str| Folder::with(&narrowed(tables)).warned();
    let warning = told(&format!("{MAIL}\n{OPEN}\n{off}"));
    assert!(
        warning.contains(
            "required_actions.VERIFY_EMAIL.default: whoever registers with an address learns"
        ),
        "{warning}"
    );
    assert_eq!(told(&format!("{MAIL}\n{off}")), "");
    assert_eq!(told(&format!("{MAIL}\n{OPEN}")), "");
}
