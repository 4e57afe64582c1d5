//! What is said of the endpoints of people and of what they sign in with.

use http::StatusCode;
use utoipa::openapi::Required;

use super::{
    Doc,
    schema::{flag, id, list, moment, number_from, pattern, text, word},
    shape::{
        credential::{
            Credential, ErrandAsked, ErrandSent, Label, NewPassword, PasswordGiven, RecoveryAsked,
            RecoveryCode, RecoveryLink, RecoveryLinkAsked,
        },
        identity::{
            AskedActions, Attributes, BatchAnswer, Belongings, ChangedActions, Identity,
            ListedLink, NewAccount, RequiredAction,
        },
        wanted::{Batch, MergePatch, NewIdentity, Operations, WholeIdentity},
    },
};
use crate::people::credentials::UNKEPT;

const IDENTITIES: &str = "identities";
const CREDENTIALS: &str = "credentials";
const RECOVERY: &str = "recovery";

/// What ids of providers are.
const PROVIDER: &str = "^[A-Za-z0-9_-]{1,64}$";
/// Names as part of a path: nothing that is read in two ways there.
const NAME: &str = r"^[^\u0000-\u001f\u007f#%./;\\][^\u0000-\u001f\u007f#%/;\\]*$";
/// Names wherever they can stand as they are.
const ANY_NAME: &str = r"^[^\u0000-\u001f\u007f]+$";
/// What names a credential: its id, or its type.
const CREDENTIAL: &str = "^([0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\
                          |password|oidc|totp|lookup_secret|webauthn|passkey)$";
/// What `data` asks of credentials.
const WITH_DATA: &str = "Whether to tell what is no secret of how they are made.";
/// What credentials are, in parameters.
const KINDS: [&str; 6] = [
    "password",
    "oidc",
    "totp",
    "lookup_secret",
    "webauthn",
    "passkey",
];

fn of_one(name: &'static str, tag: &'static str) -> Doc {
    let doc = Doc::new(name, tag).path("id", id(), "The id of the identity.");
    doc.refuses(&[400, 404])
}

fn of_credential(name: &'static str) -> Doc {
    let what = "The id of the credential.";
    of_one(name, CREDENTIALS).path("credential", id(), what)
}

fn with_credentials(doc: Doc) -> Doc {
    let kinds = list(word(KINDS.into_iter().chain(UNKEPT)));
    let what = "Kinds of credentials of which more is told; nobody has those behind `passkey`.";
    doc.query("include_credential", kinds, what)
}

pub(crate) fn list_identities() -> Doc {
    let doc = with_credentials(Doc::new("listIdentities", IDENTITIES));
    let doc = filtered(doc)
        .query("consistency", text(), "Not looked at: what is read is the newest.")
        .query("page_size", number_from(1), "How many; 500 at most.")
        .query("page_token", token(), "Where to begin, as `Link` says.")
        .query(
            "per_page",
            number_from(1),
            "How many a numbered page has; 1,000 at most.",
        )
        .query(
            "page",
            number_from(0),
            "The number of the page; the first is 0. Far back in what is searched `page_token` goes on.",
        )
        .query(
            "total",
            flag(),
            "Whether to count all, where that is cheap; everybody is counted unless this is `false`.",
        );
    doc.lists::<Identity>("The identities.")
        .header("Link", "Where the other pages are (RFC 8288).")
        .header(
            "X-Total-Count",
            "How many there are in all, where that is known.",
        )
        .refuses(&[400])
}

fn token() -> utoipa::openapi::Object {
    pattern("^[A-Za-z0-9_-]*$")
}

fn filtered(doc: Doc) -> Doc {
    let sorts = ["arrival", "created_at", "updated_at", "id"];
    let sorts = sorts.map(|sort| [sort.to_owned(), format!("-{sort}")]);
    let sorts = sorts.as_flattened().iter().map(String::as_str);
    doc.query(
        "search",
        text(),
        "Words that stand in what is known of them; see docs/search.md.",
    )
    .query("ids", list(id()), "Only these; up to 500.")
    .query(
        "credentials_identifier",
        text(),
        "Only who signs in with exactly this, or has this account: `<provider>:<subject>`.",
    )
    .query("organization_id", text(), "Nobody, unless it is empty.")
    .query(
        "preview_credentials_identifier_similar",
        text(),
        "Only who signs in with something like this.",
    )
    .query("schema_id", pattern("."), "Only those of this schema.")
    .query(
        "state",
        word(["active", "inactive"]),
        "Only those in this state.",
    )
    .query(
        "provider",
        pattern(PROVIDER),
        "Only those with an account at this provider.",
    )
    .query("role", pattern("."), "Only those with this role.")
    .query(
        "verified",
        flag(),
        "Only those with a verified address, or without.",
    )
    .query("created_after", moment(), "Only those who came after this.")
    .query(
        "created_before",
        moment(),
        "Only those who came before this.",
    )
    .query("sort", word(sorts), "The order; `-` turns it round.")
}

pub(crate) fn create_identity() -> Doc {
    Doc::new("createIdentity", IDENTITIES)
        .takes::<NewIdentity>()
        .answers::<Identity>(StatusCode::CREATED, "The new identity.")
        .header("Location", "Where it is.")
        .refuses(&[400, 409, 413])
}

pub(crate) fn create_many() -> Doc {
    Doc::new("batchPatchIdentities", IDENTITIES)
        .takes::<Batch>()
        .answers::<BatchAnswer>(StatusCode::OK, "What became of each, in their order.")
        .refuses(&[400, 413])
}

pub(crate) fn find_identity() -> Doc {
    with_credentials(of_one("getIdentity", IDENTITIES))
        .answers::<Identity>(StatusCode::OK, "The identity.")
}

const CALLED: &str = "What it is called elsewhere.";

pub(crate) fn find_by_external_id() -> Doc {
    let doc = Doc::new("getIdentityByExternalID", IDENTITIES);
    found_by_external_id(doc.path("external_id", pattern(NAME), CALLED))
}

pub(crate) fn find_by_any_external_id() -> Doc {
    let doc = Doc::new("findIdentityByExternalID", IDENTITIES);
    found_by_external_id(doc.needs("external_id", pattern(ANY_NAME), CALLED))
}

fn found_by_external_id(doc: Doc) -> Doc {
    with_credentials(doc)
        .answers::<Identity>(StatusCode::OK, "The identity.")
        .refuses(&[400, 404])
}

pub(crate) fn replace_identity() -> Doc {
    of_one("updateIdentity", IDENTITIES)
        .takes::<WholeIdentity>()
        .answers::<Identity>(StatusCode::OK, "The identity as it is now.")
        .refuses(&[409, 413])
}

pub(crate) fn patch_identity() -> Doc {
    of_one("patchIdentity", IDENTITIES)
        .takes_as::<Operations>("application/json", Required::True)
        .takes_as::<Operations>("application/json-patch+json", Required::True)
        .takes_as::<MergePatch>("application/merge-patch+json", Required::True)
        .answers::<Identity>(StatusCode::OK, "The identity as it is now.")
        .refuses(&[409, 413])
}

pub(crate) fn delete_identity() -> Doc {
    of_one("deleteIdentity", IDENTITIES)
        .query("dry_run", flag(), "Whether only to tell what would go.")
        .empty(StatusCode::NO_CONTENT, "It is gone.")
        .answers::<Belongings>(StatusCode::OK, "What would go with it.")
        .refuses(&[409])
}

pub(crate) fn list_credentials() -> Doc {
    of_one("listIdentityCredentials", CREDENTIALS)
        .query("data", flag(), WITH_DATA)
        .lists::<Credential>("The credentials.")
}

pub(crate) fn find_credential() -> Doc {
    of_credential("getIdentityCredential")
        .query("data", flag(), WITH_DATA)
        .answers::<Credential>(StatusCode::OK, "The credential.")
}

pub(crate) fn label_credential() -> Doc {
    of_credential("labelIdentityCredential")
        .takes::<Label>()
        .answers::<Credential>(StatusCode::OK, "The credential as it is now.")
        .refuses(&[409, 413])
}

pub(crate) fn delete_credential() -> Doc {
    let what = "The id of the credential, or a type: all of that go.";
    let link = "Which link is meant, as `<provider>:<subject>`, where the type is `oidc`.";
    of_one("deleteIdentityCredentials", CREDENTIALS)
        .path("credential", pattern(CREDENTIAL), what)
        .query("identifier", text(), link)
        .empty(StatusCode::NO_CONTENT, "It is gone.")
        .refuses(&[409])
}

pub(crate) fn move_credential() -> Doc {
    of_credential("moveIdentityCredentialToFirst")
        .lists::<Credential>("The credentials in their new order.")
        .refuses(&[409])
}

pub(crate) fn move_credential_after() -> Doc {
    of_credential("moveIdentityCredentialAfter")
        .path(
            "previous",
            id(),
            "The id of the credential that comes before it.",
        )
        .lists::<Credential>("The credentials in their new order.")
        .refuses(&[409])
}

pub(crate) fn set_password() -> Doc {
    of_one("setIdentityPassword", CREDENTIALS)
        .takes::<NewPassword>()
        .answers::<PasswordGiven>(StatusCode::OK, "What became of it.")
        .refuses(&[409, 413])
}

pub(crate) fn recovery_code() -> Doc {
    Doc::new("createRecoveryCodeForIdentity", RECOVERY)
        .takes::<RecoveryAsked>()
        .answers::<RecoveryCode>(StatusCode::CREATED, "The code, which nobody is told again.")
        .refuses(&[400, 404, 413])
}

pub(crate) fn recovery_link() -> Doc {
    let ends = "Where the browser ends: an own address, or one of `allowed_return_urls`.";
    Doc::new("createRecoveryLinkForIdentity", RECOVERY)
        .query("return_to", text(), ends)
        .takes::<RecoveryLinkAsked>()
        .answers::<RecoveryLink>(StatusCode::OK, "The link, which nobody is told again.")
        .refuses(&[400, 404, 413])
}

pub(crate) fn send_errand() -> Doc {
    of_one("sendActionsEmail", RECOVERY)
        .takes::<ErrandAsked>()
        .answers::<ErrandSent>(StatusCode::OK, "What was sent to whom.")
        .refuses(&[413])
}

pub(crate) fn required_actions() -> Doc {
    Doc::new("listRequiredActions", IDENTITIES).lists::<RequiredAction>("The actions.")
}

pub(crate) fn asked_actions() -> Doc {
    of_one("getIdentityRequiredActions", IDENTITIES)
        .answers::<AskedActions>(StatusCode::OK, "What it has been asked to do.")
}

pub(crate) fn ask_actions() -> Doc {
    of_one("patchIdentityRequiredActions", IDENTITIES)
        .takes::<ChangedActions>()
        .answers::<AskedActions>(StatusCode::OK, "What it has been asked to do by now.")
        .refuses(&[409, 413])
}

pub(crate) fn list_links() -> Doc {
    of_one("listIdentityLinks", CREDENTIALS).lists::<ListedLink>("The accounts.")
}

pub(crate) fn link() -> Doc {
    of_one("linkIdentity", CREDENTIALS)
        .takes::<NewAccount>()
        .answers::<ListedLink>(StatusCode::CREATED, "The link, made or prepared.")
        .answers::<ListedLink>(StatusCode::OK, "The link, which was there already.")
        .refuses(&[409, 413])
}

pub(crate) fn find_attributes() -> Doc {
    of_one("getIdentityUnmanagedAttributes", IDENTITIES)
        .answers::<Attributes>(StatusCode::OK, "The attributes.")
}

pub(crate) fn replace_attributes() -> Doc {
    of_one("setIdentityUnmanagedAttributes", IDENTITIES)
        .takes::<Attributes>()
        .answers::<Attributes>(StatusCode::OK, "The attributes as they are now.")
        .refuses(&[409, 413])
}
