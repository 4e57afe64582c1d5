//! The catalogue of failures: each with its stable code, its HTTP status and one line of meaning.

use http::StatusCode;
use serde::{Serialize, Serializer};

macro_rules! catalogue {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $status:ident, $meaning:literal;)*) => {
        /// A failure people and scripts can meet.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $meaning] $name,)*
        }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable name for machines.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The HTTP status it is answered with.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// What happened, in one sentence for people.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }
        }
    };
}

catalogue! {
    AmbiguousRequest = "ambiguous_request", BAD_REQUEST, "The request can be read in more than one way, so it was not read at all.";
    HeadersTooLarge = "headers_too_large", REQUEST_HEADER_FIELDS_TOO_LARGE, "The request has too many headers, or they are too long.";
    TargetTooLong = "target_too_long", URI_TOO_LONG, "The address of the request is too long.";
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE, "The body of the request is too long for this page.";
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "This method cannot be used here.";
    UpgradeRefused = "upgrade_refused", BAD_REQUEST, "This kind of protocol upgrade is not let through.";
    OriginRefused = "origin_refused", FORBIDDEN, "A page of another site asked for this.";
    NoRoute = "no_route", NOT_FOUND, "There is nothing at this address.";
    NotFound = "not_found", NOT_FOUND, "There is no such page.";
    SignedOut = "session_inactive", UNAUTHORIZED, "You need to sign in first.";
    AccessDenied = "access_denied", FORBIDDEN, "You are signed in, but you may not open this.";
    UpstreamUnavailable = "upstream_unavailable", BAD_GATEWAY, "The application does not answer.";
    UpstreamTimeout = "upstream_timeout", GATEWAY_TIMEOUT, "The application takes too long to answer.";
    StoreUnavailable = "store_unavailable", SERVICE_UNAVAILABLE, "The place where accounts are kept cannot be reached at the moment.";
    TooManyRequests = "too_many_requests", TOO_MANY_REQUESTS, "There were too many attempts in a short time.";
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong on our side.";
    BadRequest = "bad_request", BAD_REQUEST, "The request is not understood.";
    PageTooFar = "page_too_far", BAD_REQUEST, "This page is too far back to be found by its number.";
    FlowNotFound = "flow_not_found", NOT_FOUND, "This form is not known any more.";
    FlowExpired = "self_service_flow_expired", GONE, "This form has expired.";
    FlowDisabled = "self_service_flow_disabled", BAD_REQUEST, "This is switched off here.";
    ReturnToForbidden = "self_service_flow_return_to_forbidden", BAD_REQUEST, "The address to return to is not one of ours.";
    SessionAlreadyAvailable = "session_already_available", BAD_REQUEST, "You are signed in already.";
    SessionAlreadyFulfilled = "session_aal_already_fulfilled", UNAUTHORIZED, "You are signed in as strongly as asked already.";
    SessionTooWeak = "session_aal1_required", UNAUTHORIZED, "You need to sign in before a second factor can be asked for.";
    SessionTooOld = "session_refresh_required", FORBIDDEN, "You signed in too long ago for this; please confirm that it is you.";
    SecondFactorRequired = "session_aal2_required", FORBIDDEN, "A second step of signing in is needed for this.";
    ActionsPending = "session_required_actions_pending", FORBIDDEN, "Something has to be done before you can go on.";
    ImpersonationReadOnly = "impersonation_read_only", FORBIDDEN, "You act as somebody else to look only, and this could change something.";
    ImpersonatedSession = "impersonated_session", FORBIDDEN, "This cannot be done while you act as somebody else.";
    CsrfViolation = "security_csrf_violation", FORBIDDEN, "The form does not belong to this browser.";
    IdentityMismatch = "security_identity_mismatch", FORBIDDEN, "The form belongs to somebody else.";
    IdentityDisabled = "identity_disabled", BAD_REQUEST, "This account is switched off here.";
    LocationChangeRequired = "browser_location_change_required", UNPROCESSABLE_ENTITY, "The browser has to go somewhere else to continue.";
    CredentialsInvalid = "invalid_credentials", BAD_REQUEST, "The credentials are not right.";
    ProviderUnknown = "provider_unknown", NOT_FOUND, "There is no such sign-in provider.";
    ProviderRefused = "provider_refused", BAD_REQUEST, "The sign-in provider did not let you in.";
    ProviderNotAdmitted = "provider_not_admitted", FORBIDDEN, "This account of the sign-in provider is not admitted here.";
    ProviderInvalid = "provider_invalid", BAD_GATEWAY, "The sign-in provider's answer does not hold.";
    ProviderForbiddenAddress = "provider_forbidden_address", BAD_GATEWAY, "The sign-in provider is at a private address that may not be asked.";
    ProviderUnavailable = "provider_unavailable", SERVICE_UNAVAILABLE, "The sign-in provider cannot be reached at the moment.";
    ProviderNotAskedAgain = "provider_not_asked_again", FORBIDDEN, "The sign-in provider did not ask you again who you are.";
    AnswerUnexpected = "provider_answer_unexpected", BAD_REQUEST, "No sign-in of this browser waits for this answer.";
    AddressTaken = "address_taken", CONFLICT, "Somebody is registered here with this address already.";
    CreationRefused = "creation_refused", FORBIDDEN, "This account is not known here, and nobody new is let in with it.";
    ClaimsWithheld = "claims_withheld", FORBIDDEN, "The sign-in provider keeps back a claim that is needed to decide who may enter.";
    LinkOnly = "provider_link_only", FORBIDDEN, "Accounts of this provider are linked in the settings first.";
    LinkDenied = "link_denied", CONFLICT, "Somebody here has the address of this account already, and this provider is not linked by address.";
    SeveralIdentities = "several_identities", CONFLICT, "More than one account here has this address.";
    LinkedElsewhere = "account_linked_elsewhere", CONFLICT, "The account of the sign-in provider is linked to somebody else.";
    LinkExpired = "link_expired", GONE, "The link was not confirmed in time.";
    LinkNotFound = "link_not_found", NOT_FOUND, "There is no such link.";
    LastFactor = "last_first_factor", BAD_REQUEST, "This is the only way to sign in, so it stays.";
    SignInLoop = "sign_in_loop", BAD_REQUEST, "Signing in works, but the browser does not keep the session's cookie.";
    Unauthorized = "unauthorized", UNAUTHORIZED, "You have to show who you are: an access token or a session token is missing, or not good any more.";
    InsufficientRole = "insufficient_role", FORBIDDEN, "Your roles do not allow this.";
    LastAdministrator = "last_administrator", CONFLICT, "This is the last administrator, so it stays one.";
    HostRefused = "host_refused", FORBIDDEN, "The request was sent to a host name that is not ours.";
    IdentityNotFound = "identity_not_found", NOT_FOUND, "There is nobody with this id.";
    IdentityConflict = "identity_conflict", CONFLICT, "Somebody else is here already who signs in with the same, or has the same account or name elsewhere.";
    SchemaInvalid = "schema_invalid", BAD_REQUEST, "This cannot be a schema.";
    SchemaUnfit = "schema_unfit", CONFLICT, "People who are here already do not fit this schema.";
    SchemaChanged = "schema_changed", PRECONDITION_FAILED, "Somebody else has changed the schema meanwhile.";
    SchemaInUse = "schema_in_use", CONFLICT, "People obey this schema, so it stays.";
    SchemaGroupInUse = "schema_group_in_use", CONFLICT, "A group of the schema stays while attributes are shown in it.";
    SchemaConfigured = "schema_configured", CONFLICT, "The schema stands in the configuration, so it is removed there.";
    RecordNotFound = "record_not_found", NOT_FOUND, "There is nothing with this id.";
    ProviderMistaken = "provider_mistaken", BAD_REQUEST, "No sign-in provider can be made of this.";
    ProviderExists = "provider_exists", CONFLICT, "There is a sign-in provider of this name already.";
    ProviderInFile = "provider_in_file", CONFLICT, "This sign-in provider is written in a file, so it is changed there.";
    ProviderLinked = "provider_linked", CONFLICT, "People are linked to this sign-in provider, so it stays as it is.";
    ProviderDisabled = "provider_disabled", CONFLICT, "This sign-in provider is switched off.";
    ProviderChanged = "provider_changed", CONFLICT, "Somebody else has changed this sign-in provider at the same time.";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// What scripts rely on: a code that changes or goes breaks them.
    const STABLE: &str = "\
400 ambiguous_request
431 headers_too_large
414 target_too_long
413 body_too_large
405 method_not_allowed
400 upgrade_refused
403 origin_refused
404 no_route
404 not_found
401 session_inactive
403 access_denied
502 upstream_unavailable
504 upstream_timeout
503 store_unavailable
429 too_many_requests
500 internal
400 bad_request
400 page_too_far
404 flow_not_found
410 self_service_flow_expired
400 self_service_flow_disabled
400 self_service_flow_return_to_forbidden
400 session_already_available
401 session_aal_already_fulfilled
401 session_aal1_required
403 session_refresh_required
403 session_aal2_required
403 session_required_actions_pending
403 impersonation_read_only
403 impersonated_session
403 security_csrf_violation
403 security_identity_mismatch
400 identity_disabled
422 browser_location_change_required
400 invalid_credentials
404 provider_unknown
400 provider_refused
403 provider_not_admitted
502 provider_invalid
502 provider_forbidden_address
503 provider_unavailable
403 provider_not_asked_again
400 provider_answer_unexpected
409 address_taken
403 creation_refused
403 claims_withheld
403 provider_link_only
409 link_denied
409 several_identities
409 account_linked_elsewhere
410 link_expired
404 link_not_found
400 last_first_factor
400 sign_in_loop
401 unauthorized
403 insufficient_role
409 last_administrator
403 host_refused
404 identity_not_found
409 identity_conflict
400 schema_invalid
409 schema_unfit
412 schema_changed
409 schema_in_use
409 schema_group_in_use
409 schema_configured
404 record_not_found
400 provider_mistaken
409 provider_exists
409 provider_in_file
409 provider_linked
409 provider_disabled
409 provider_changed
";

    #[test]
    fn codes_and_statuses_are_stable() {
        let lines = Code::ALL
            .iter()
            .map(|code| format!("{} {}\n", code.status().as_u16(), code.as_str()));
        assert_eq!(lines.collect::<String>(), STABLE);
    }

    /// Whoever meets a code looks it up there.
    #[test]
    fn every_code_stands_on_the_page_on_trouble_with_its_status() {
        let page = include_str!("../../docs/troubleshooting.md");
        let rows: Vec<_> = page.lines().filter(|line| line.starts_with("| ")).collect();
        let is_told = |code: &&Code| {
            let (name, status) = (format!("`{}`", code.as_str()), code.status());
            let of_it = |row: &&str| row.contains(&name) && row.contains(status.as_str());
            rows.iter().any(of_it)
        };
        let missing: Vec<_> = Code::ALL.iter().filter(|code| !is_told(code)).collect();
        assert!(
            missing.is_empty(),
            "docs/troubleshooting.md lacks {missing:?}"
        );
    }

    #[test]
    fn each_code_is_one_failure_with_one_sentence() {
        let names: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.meaning().ends_with('.'), "{}", code.meaning());
            assert!(
                !code.meaning().to_lowercase().contains("identit"),
                "{}",
                code.meaning()
            );
            let json = serde_json::to_value(code).unwrap();
            assert_eq!(json, code.as_str());
        }
    }
}
