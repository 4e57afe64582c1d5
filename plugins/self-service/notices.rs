//! Notices: what has happened to somebody's account, told at the addresses they have proved before
//! anybody could add one of their own.

use std::time::Duration;

use portcullis_core::{
    identity::{Address, Identity},
    mail::{Letter, Occasion},
    secret::Secret,
};

use crate::{codes::send, desk::Desk};

/// How long a notice is worth sending.
const LIFESPAN: Duration = Duration::from_secs(24 * 60 * 60);

/// Tells the person of `identity`, as it was before, in the language that it says is its own: whoever
/// did it may be somebody else. Addresses that nobody has proved may be strangers', and get nothing.
pub(crate) async fn tell(desk: &Desk, occasion: Occasion, identity: &Identity) {
    write(desk, (occasion, None), identity).await;
}

/// Tells that somebody has signed in on a device that is not known.
pub(crate) async fn tell_of_device(desk: &Desk, device: &str, identity: &Identity) {
    let about = (Occasion::NewDevice, Some(device));
    write(desk, about, identity).await;
}

async fn write(desk: &Desk, (occasion, about): (Occasion, Option<&str>), identity: &Identity) {
    if !desk.services.mailer.is_configured() {
        return;
    }
    let settings = desk.own("/settings");
    let is_proved = |one: &&Address| one.via == "email" && one.verified_at.is_some();
    for address in identity.addresses.iter().filter(is_proved) {
        let letter = Letter {
            to: address.value.clone(),
            owner: Some(identity.id),
            occasion,
            locale: identity.traits["locale"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            provider: about.map(str::to_owned),
            proof: Secret::new(&settings),
            lifespan: LIFESPAN,
            is_for_nobody: false,
        };
        send::post(desk, letter).await;
    }
}

/// Tells of other addresses than before, if there are any.
pub(crate) async fn tell_of_addresses(desk: &Desk, before: &Identity, now: &Identity) {
    let values = |one: &Identity| -> Vec<String> {
        let addresses = one.addresses.iter();
        addresses.map(|one| one.value.clone()).collect()
    };
    if values(before) != values(now) {
        tell(desk, Occasion::AddressChanged, before).await;
    }
}
