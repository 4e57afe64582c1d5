//! Second factors that have to be set up, as the session tells.

use super::{super::*, NOW, actions, ada, all};
use crate::{
    credential::{CredentialKind, Kinds},
    id::SessionId,
    secret::TokenHash,
    session::{AuthenticationMethod, Device},
    testing::SeededEntropy,
};

fn enforced(off: &[Action]) -> Actions {
    let mut settings = all();
    for action in off {
        settings.get_mut(action).unwrap().enabled = false;
    }
    actions(settings).with_assurance(Assurance {
        enforce: true,
        ..Assurance::default()
    })
}

/// CU-25.
#[test]
fn whoever_needs_a_second_factor_is_asked_for_one_that_is_on() {
    let ada = ada(&[]);
    let (totp, key) = (Action::ConfigureTotp, Action::WebauthnRegister);
    assert_eq!(enforced(&[]).pending(&ada), [totp]);
    assert_eq!(enforced(&[totp]).pending(&ada), [key]);
    assert_eq!(enforced(&[totp, key]).pending(&ada), []);
    assert_eq!(enforced(&[totp, key]).factor(), None);
    let twice = through_provider(&ada, Aal::Aal2);
    let strong = enforced(&[totp]).pending_at(&twice, &ada);
    assert_eq!(strong, [], "two factors at a provider are two");
    let scopes = ["team".to_owned()];
    let strong = enforced(&[]).pending_for_at(&twice, &ada, &scopes);
    assert_eq!(strong, [], "on the way to scopes, too");
}

/// The session of somebody of whom a provider has told this much.
fn through_provider(ada: &Identity, aal: Aal) -> Session {
    let now = NOW.parse().unwrap();
    let mut method = AuthenticationMethod::local("oidc", aal, now);
    method.provider = Some("idp".parse().unwrap());
    Session {
        id: SessionId::generate(&SeededEntropy::new(5)),
        token_hash: TokenHash::of("a token"),
        identity_id: ada.id,
        issued_at: now,
        authenticated_at: now,
        expires_at: now,
        last_seen_at: now,
        methods: vec![method],
        device: Device::default(),
        acting: None,
    }
}

/// CU-30, CU-25.
#[test]
fn cu_30_whoever_needs_a_key_after_a_provider_is_asked_for_one_and_for_no_app_besides() {
    let (mut ada, key) = (ada(&[]), Action::WebauthnRegister);
    let (one, two) = (
        through_provider(&ada, Aal::Aal1),
        through_provider(&ada, Aal::Aal2),
    );
    for enforce in [false, true] {
        let actions = |off: &[Action]| {
            let mut actions = enforced(off);
            actions.assurance.enforce = enforce;
            actions.assurance.key_after_provider = true;
            actions
        };
        assert_eq!(actions(&[]).pending_at(&one, &ada), [key], "{enforce}");
        assert!(!actions(&[]).is_too_weak(&ada, &one), "they go and add one");
        assert_eq!(actions(&[]).pending_at(&two, &ada), [], "{enforce}");
        assert_eq!(actions(&[key]).pending_at(&one, &ada), [], "{enforce}");
        assert!(
            actions(&[key]).is_too_weak(&ada, &one),
            "nobody can be asked"
        );
        ada.second_factors = Kinds::of([CredentialKind::Webauthn]);
        assert_eq!(actions(&[]).pending_at(&one, &ada), [], "{enforce}");
        assert!(actions(&[]).is_too_weak(&ada, &one), "until it is shown");
        assert!(!actions(&[]).is_too_weak(&ada, &two), "{enforce}");
        ada.second_factors = Kinds::default();
    }
}
