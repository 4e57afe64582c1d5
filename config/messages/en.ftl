# What people read, in English. Pages, forms and answers are written in these very words in the code,
# and recognised by them: change a text here and in the code together. To say things differently on
# one's own gateway, see docs/forms-and-languages.md.


## Messages, by their ids

m1010001 = Sign in
m1010002 = Sign in with {$provider}
m1010003 = Please confirm that it is you.
m1010004 = Please confirm with your second step that it is you.
m1010008 = Use a security key
m1010014 = A code of six digits is on its way to the email address that is known here. Please enter it within ten minutes.
m1010015 = Send a code to my email address
m1010016 = {$duplicateIdentifier} is known here already, but not with this {$provider} account. Please sign in once as you did before, to show that both are yours: that links the account.
m1010017 = Sign in and link
m1010018 = Sign in with {$provider} and link
m1010021 = Sign in with a passkey
m1010022 = Sign in
m1040001 = Sign up
m1040002 = Sign up with {$provider}
m1040003 = Continue
m1050001 = Your changes have been saved.
m1050002 = Link {$provider}
m1050003 = Unlink {$provider}
m1050012 = Add a security key
m1050013 = Name of the key
m1050018 = Remove “{$display_name}”
m1050019 = Add a passkey
m1050020 = Remove “{$display_name}”
m1060001 = You are back in. Please choose a new password now, or link another way to sign in.
m1060002 = If this address is known here, a link is on its way to it. Please open it to get back in.
m1060003 = If this address is known here, a code of six digits is on its way to it. Please enter it to get back in.
m1070001 = Password
m1070002 = {$title}
m1070003 = Save
m1070004 = Email or other identifier
m1070007 = Email address
m1070008 = Send it again
m1070009 = Continue
m1070010 = Code
m1070011 = Code
m1070013 = Code
m1070016 = Email address
m1080001 = If this address is known here, a link is on its way to it. Please open it to show that the address is yours.
m1080002 = Thank you: this address is yours.
m1080003 = If this address is known here, a code of six digits is on its way to it. Please enter it to show that the address is yours.
m1990001 = {$provider} has not checked this address. Please make sure that it is yours, or use another one.
m1990010 = Please check what {$provider} says of you, then continue.
m1990011 = This {$provider} account is linked already. To link another one, choose it at {$provider}.
m1990012 = Nothing has changed, because it was not confirmed in time. Please try once more.
m1990013 = That form is not known any more, so here is a new one.
m1990014 = {$provider} has not told everything that is needed here. Please fill in what is missing.
m1990015 = If you have just registered, open the mail that was sent to you first, or ask for another one: you can sign in once your address is confirmed.
m1990020 = Move {$provider} here
m1990021 = Leave it where it is
m1990022 = Link another {$provider} account
m1990023 = If that is you as well, you can move the {$provider} account here. From then on it signs you in as who you are now.
m1990050 = {$text}
m1990051 = Read the terms and conditions
m1990052 = I accept
m1990053 = Confirm {$address}
m1990030 = Delete my account
m1990031 = Yes, delete it for good
m1990032 = Keep my account
m1990033 = Your profile and your password go for good{ $links ->
        [0] {""}
        [one] , with one linked account
       *[other] , with {$links} linked accounts
    }. You are signed out { $sessions ->
        [one] here
       *[other] here and everywhere else
    }. Nobody can bring it back.
m1990034 = New password
m1990060 = Name of a further attribute
m1990061 = Value of that attribute
m1990070 = With that, the new password that was entered here counts. If this was not you, do not go on.
m1990071 = With that, {$provider} becomes a way to sign in. If this was not you, do not go on.
m1990072 = With that, a way to sign in is removed. If this was not you, do not go on.
m1990073 = With that, an account that is linked to somebody else here becomes a way to sign in. If this was not you, do not go on.
m1990074 = With that, the profile is changed, its addresses included. If this was not you, do not go on.
m1990075 = With that, the account can be deleted. If this was not you, do not go on.
m1990076 = With that, what you sign in with besides is changed. If this was not you, do not go on.
m1990150 = Rename “{$display_name}”
m1990151 = New name
m4000001 = {$reason}
m4000002 = Please fill in {$property}.
m4000003 = Please use at least { $min_length ->
        [one] {$min_length} character
       *[other] {$min_length} characters
    } (now {$actual_length}).
m4000004 = This does not have the expected form.
m4000005 = This password cannot be used: {$reason}.
m4000006 = The identifier or the password is not right. Check both for spelling mistakes.
m4000007 = Somebody is registered with this already. Sign in instead, or use another address.
m4000017 = Please use at most { $max_length ->
        [one] {$max_length} character
       *[other] {$max_length} characters
    } (now {$actual_length}).
m4000018 = Please use at least {$minimum} (now {$actual}).
m4000019 = Please use more than {$exclusive_minimum} (now {$actual}).
m4000020 = Please use at most {$maximum} (now {$actual}).
m4000021 = Please use less than {$exclusive_maximum} (now {$actual}).
m4000022 = Please use a multiple of {$base} (now {$actual}).
m4000023 = Please give at most {$max_items} (now {$actual_items}).
m4000024 = Please give at least {$min_items} (now {$actual_items}).
m4000025 = Please give each only once.
m4000026 = Something else is expected here.
m4000027 = This {$provider} account belongs to somebody who is known here already.
m4000029 = This must be {$expected}.
m4000031 = The password must not be like your name, your address or anything else in your profile.
m4000032 = The password needs at least { $min_length ->
        [one] {$min_length} character
       *[other] {$min_length} characters
    } (now {$actual_length}).
m4000033 = The password may have at most { $max_length ->
        [one] {$max_length} character
       *[other] {$max_length} characters
    } (now {$actual_length}).
m4000034 = This password has become known in data breaches. Please choose another one.
m4000039 = This is your password already. Please choose another one.
m4000040 = This is not an email address.
m4000041 = This is not a telephone number.
m4000043 = That did not work with this key. Please try it again, or take another one.
m4010001 = The form had expired, so here is a new one. Please try again.
m4010008 = This code is not right, or not valid any more. After five tries or ten minutes, please ask for another one.
m4010011 = Your account here is switched off. Please ask your administrator.
m4040001 = The form had expired, so here is a new one. Please try again.
m4050001 = The form had expired, so here is a new one. Please try again.
m4060004 = This link is not right, or was used already, or is too old. Please ask for another one.
m4060005 = The form had expired, so here is a new one. Please try again.
m4060006 = This code is not right, or was used already, or is too old. After five tries, please ask for another one.
m4070001 = This link is not right, or was used already, or is too old. Please ask for another one.
m4070005 = The form had expired, so here is a new one. Please try again.
m4070006 = This code is not right, or was used already, or is too old. After five tries, please ask for another one.
m4990001 = Please fill in what is missing.
m4990002 = There were too many attempts. Please wait { $retry_after ->
        [one] {$retry_after} second
       *[other] {$retry_after} seconds
    } and try again.
m4990003 = Somebody is registered here with the email address of this {$provider} account already. If that is you, please sign in as you did before.
m4990004 = This {$provider} account is your only way to sign in. Link another account first, then unlink this one.
m4990005 = {$provider} is not linked, or not any more. Please choose one of the linked accounts.
m4990020 = The terms have changed in the meantime. Please read them once more.
m4990150 = This key is known here already. Please take another one.
m4990151 = This key is not there any more. Please look at the list once more.
m4990152 = There are as many keys as there can be. Please remove one first.
m4990153 = There may be a copy of this key, so it is not accepted. Please take another one, and remove this one from your settings.
m4990006 = Several {$provider} accounts are linked. Please choose one of them.
m4990008 = The {$provider} account is their only way to sign in, so it stays there. If that is you, sign in with it, link another account, and try again.
m4990010 = This was changed somewhere else in the meantime. Please look at how it is now, then make your change again.
m4990011 = A linked account keeps this up to date. Please change it there.
m4990012 = This cannot be changed here. Please change it in your settings.
m4000038 = Captcha verification failed, please try again.
m4990090 = Whether you are human could not be checked just now, so nothing was done. Please try again in a moment.
m4990030 = This stays: everybody here needs a second step, and something to sign in with. Please add another one first.
m4990060 = This password is easily guessed. Please use more words, or less common ones.
m4990061 = You have had this password before. Please choose another one.
m4990062 = Passwords cannot be checked at the moment. Please try again in a minute.

## What second factors say, by the ids of the messages

m1010006 = Code of the authenticator app
m1010007 = Backup code
m1010009 = Continue with the app
m1010010 = Continue with a backup code
m1050004 = Remove the authenticator app
m1050005 = Scan this with an authenticator app
m1050006 = {$secret}
m1050008 = Make new backup codes
m1050009 = {$secret}
m1050010 = Each of these codes works once, in place of the app or key. Write them down now: they are not shown again.
m1050011 = I have written them down
m1050014 = One was used on {$used_at}.
m1050015 = {$list}
m1050016 = Remove the backup codes
m1050017 = Or type this into the app
m1070006 = The code that the app shows then
m1990080 = { $left ->
    [one] {$left} of {$total} backup codes is left.
   *[other] {$left} of {$total} backup codes are left.
}
m1990081 = { $left ->
    [one] Only {$left} backup code is left. Please make new ones soon, in your settings.
   *[other] Only {$left} backup codes are left. Please make new ones soon, in your settings.
}
m1990082 = All backup codes are used. Please make new ones.
m1990083 = An authenticator app is set up.
m1990084 = Codes on paper, for when the app or key is not at hand.
m1990085 = Or open it in an app on this device
m4000008 = This code is not right. Please enter the one that the app shows now.
m4000011 = No authenticator app is set up here.
m4000012 = This backup code was used already. Please use another one.
m4000014 = There are no backup codes here.
m4000016 = This backup code is not right. Check it for spelling mistakes.
m4990080 = This code was used already. Please wait until the app shows the next one.
m4990081 = Backup codes are shown only once. Please make new ones if these are lost.
m4990082 = Please confirm your email address first, so that what you add here is certainly yours.
m1990086 = Confirm your email address first

## What failures mean, by their codes

ambiguous_request = The request can be read in more than one way, so it was not read at all.
headers_too_large = The request has too many headers, or they are too long.
target_too_long = The address of the request is too long.
body_too_large = The body of the request is too long for this page.
method_not_allowed = This method cannot be used here.
upgrade_refused = This kind of protocol upgrade is not let through.
origin_refused = A page of another site asked for this.
no_route = There is nothing at this address.
not_found = There is no such page.
session_inactive = You need to sign in first.
access_denied = You are signed in, but you may not open this.
upstream_unavailable = The application does not answer.
upstream_timeout = The application takes too long to answer.
store_unavailable = The place where accounts are kept cannot be reached at the moment.
too_many_requests = There were too many attempts in a short time.
internal = Something went wrong on our side.
bad_request = The request is not understood.
flow_not_found = This form is not known any more.
self_service_flow_expired = This form has expired.
self_service_flow_disabled = This is switched off here.
self_service_flow_return_to_forbidden = The address to return to is not one of ours.
session_already_available = You are signed in already.
session_aal_already_fulfilled = You are signed in as strongly as asked already.
session_aal1_required = You need to sign in before a second factor can be asked for.
session_aal2_required = A second step of signing in is needed for this.
session_required_actions_pending = Something has to be done before you can go on.
impersonation_read_only = You act as somebody else to look only, and this could change something.
impersonated_session = This cannot be done while you act as somebody else.
session_refresh_required = You signed in too long ago for this; please confirm that it is you.
security_csrf_violation = The form does not belong to this browser.
security_identity_mismatch = The form belongs to somebody else.
identity_disabled = This account is switched off here.
browser_location_change_required = The browser has to go somewhere else to continue.
invalid_credentials = The credentials are not right.
provider_unknown = There is no such sign-in provider.
provider_refused = The sign-in provider did not let you in.
provider_not_admitted = This account of the sign-in provider is not admitted here.
provider_invalid = The sign-in provider's answer does not hold.
provider_forbidden_address = The sign-in provider is at a private address that may not be asked.
provider_unavailable = The sign-in provider cannot be reached at the moment.
provider_answer_unexpected = No sign-in of this browser waits for this answer.
provider_not_asked_again = The sign-in provider did not ask you again who you are.
address_taken = Somebody is registered here with this address already.
creation_refused = This account is not known here, and nobody new is let in with it.
claims_withheld = The sign-in provider keeps back a claim that is needed to decide who may enter.
provider_link_only = Accounts of this provider are linked in the settings first.
link_denied = Somebody here has the address of this account already, and this provider is not linked by address.
several_identities = More than one account here has this address.
account_linked_elsewhere = The account of the sign-in provider is linked to somebody else.
link_expired = The link was not confirmed in time.
link_not_found = There is no such link.
last_first_factor = This is the only way to sign in, so it stays.
sign_in_loop = Signing in works, but the browser does not keep the session's cookie.
unauthorized = You have to show who you are: an access token or a session token is missing, or not good any more.
insufficient_role = Your roles do not allow this.
last_administrator = This is the last administrator, so it stays one.
host_refused = The request was sent to a host name that is not ours.
identity_not_found = There is nobody with this id.
identity_conflict = Somebody else is here already who signs in with the same, or has the same account or name elsewhere.
record_not_found = There is nothing with this id.
provider_mistaken = No sign-in provider can be made of this.
provider_exists = There is a sign-in provider of this name already.
provider_in_file = This sign-in provider is written in a file, so it is changed there.
provider_linked = People are linked to this sign-in provider, so it stays as it is.
provider_changed = Somebody else has changed this sign-in provider at the same time.

## Forms

form-or = or
form-captcha-needs-scripts = This form needs scripts, to tell people from machines.
form-optional = optional
form-check-marked = Please check the marked fields.
form-locked = Only an administrator can change this.
form-zone = Times are in UTC.
form-at-least = At least { $min_length ->
        [one] {$min_length} character
       *[other] {$min_length} characters
    }.
form-six-digits = Six digits
form-several = Hold Ctrl, on a Mac ⌘, to choose several or to keep what is chosen.
form-choose = Please choose
form-no-answer = No answer
form-linked-accounts = Linked accounts
form-link-another = Link another account
form-profile = Profile
form-password = Password
form-totp = Authenticator app
form-lookup = Backup codes
form-delete = Delete your account
form-webauthn = Security keys
form-passkey = Passkeys
key-rename = Rename
key-remove = Remove
key-failed = That did not work, or was called off. Please try again.
key-known = This key is known here already. Please take another one.
key-needs-script = Keys need JavaScript, which is switched off here.
error-request = Request

## Traits of the built-in schema, and of other products' profiles

username = Username
email = Email
email-address = Email address
name = Name
firstName = First name
lastName = Last name
academic-degree = Academic degree
attributes = Further attributes
user-metadata = User metadata
user-metadata-description = Attributes, which refer to user metadata
method-password = password
method-code = code

## Other words under the ids of messages

m1060001-choose = You are back in. Please choose a new password now.
m1080001-known = A link is on its way to {$address}. Please open it to show that the address is yours.
m1080002-anew = Thank you: this address is yours. Nobody had shown that before, so nothing that was set up here lets anybody in any more. Get back in by mail to choose a password.
m1080002-signed-out = Thank you: this address is yours. Now sign in.
m1080003-known = A code of six digits is on its way to {$address}. Please enter it to show that the address is yours.
m4000006-password = The password is not right. Check it for spelling mistakes.
m4000026-integer = Please enter a whole number.
m4000026-number = Please enter a number.
m4000026-boolean = Please choose yes or no.
m4000026-string = Please enter a text.
m4000026-array = Please give one value or more.
m4000029-true = Please tick this.
m4000029-false = Please leave this unticked.
m4990003-typed = Somebody is registered here with this address already. If that is you, sign in as you did before. Otherwise please use another address.
m4000001-trait = There is no such trait.
m4000001-unchecked = This cannot be checked here.
m4000001-link = This is not a link. Links begin with https://.
m4000001-date = This is not a date. Please write it like 2000-12-31.
m4000001-local-date = This is not a date. Please write it like 2000-12-31 or 31.12.2000.
m4000001-time = This is not a time. Please write it like 09:30.
m4000001-date-time = This is not a date with a time. Please write it like 2000-12-31 09:30.
m4000001-person-name = There is a sign in this that names do not have.
m4000001-username = There is a sign in this that cannot be used here, or a space.
m4000001-homograph = There is a letter in this that can be mistaken for another. Please use Latin ones.
m4000001-options = Please choose one of the values offered here.
m4000001-other = This is not accepted here.
m4000001-scheme = Links of this kind are not accepted here.
m4000001-size = This is more than can be kept ({$length} of {$most} bytes).
m4000001-unseen = Something in this profile that is not shown here is not right. Please ask for help.
m4000001-fixed = This cannot be changed here.
m4000001-schema = This profile is of a kind that is not known here any more. Please ask for help.
m4000001-character = There is a character in this that cannot be kept.
m4000001-many-values = There are more than {$most} values.
m4000001-described = This has a field of its own in the form.
m4000001-name-length = A name has 1 to {$most} characters.
m4000001-many-attributes = There are more than {$most} attributes.
m4000001-texts = Please give a text, or a list of texts.
m4000001-attributes = These attributes cannot be read.
m4010002 = There is no such way to sign in here. Please choose one of the form's.
m4010003 = There is no such way to register here. Please choose one of the form's.
m4010004 = This cannot be changed here. Please choose one of the buttons of this page.

## Titles, and what stands around forms

title-sign-in = Sign in
title-sign-up = Sign up
title-almost = Almost there
title-confirm = Confirm that it is you
title-confirm-address = Confirm your address
title-address-confirmed = Address confirmed
title-back-in = Get back in
title-to-do = Something to do
title-check-mail = Check your mail
title-is-this-you = Is this you?
title-move = Move this account?
title-settings = Your settings
title-delete = Delete your account?
title-deleted = Your account is deleted
title-profile = Your account
title-sign-out = Sign out?
title-signed-in = You are signed in
title-signed-out = You are signed out
title-signed-out-here = You are signed out here
lead-continue = to continue to {$host}
lead-sign-in = Sign in to go on.
lead-deleted = Everything that belonged to it is gone, and you are signed out everywhere.
lead-recover = Enter the email address that is known here, and you get mail to sign in with.
lead-link-back-in = Continue to sign in at {$gate} and choose a new password.
lead-link-to-do = Continue to sign in at {$gate} and do what you are asked for there.
lead-link-address = Continue to show {$gate} that this email address is yours.
lead-again = You will have to sign in again to go on.
lead-too = You will be signed out at {$provider} too.
lead-here-only = You will have to sign in again to go on. You stay signed in at {$provider}: this signs you out here only. On a device that others use too, sign out at {$again} as well.
lead-cannot-end = You will have to sign in again to go on. You stay signed in at {$provider}: it cannot be signed out from here. On a device that others use too, sign out at {$again} as well.
lead-still = You are still signed in at {$provider}. On a device that others use too, sign out there as well.
lead-provider-ended = The sign-in provider has ended your session.
question-not-you = Not you?
question-done = Done?
question-registered = Registered already?
question-just-registered = Just registered?
question-new = New here?
question-changed-mind = Changed your mind?
question-forgot = Forgot your password?
question-another-address = Another address?
question-remembered = Remembered it?
fact-with = Signed in with
fact-since = Since
fact-until = Until at most
overview-security = Account & Security
overview-settings = Account settings
overview-sessions = Where you are signed in
overview-linked = Linked
overview-verified = Verified
overview-not-verified = Not verified
overview-this-device = This device
overview-administrator = An administrator
overview-unknown-device = Unknown device
overview-sign-in-with = You sign in with this
overview-reached-by = You are reached by this
overview-set = Set on {$time}
overview-not-set = Not set
overview-signed-in = Signed in on {$time}
overview-last-seen = Last seen on {$time}

## Acting as somebody else

acting-to-look = {$actor} acts as {$name}, to look only, until {$time}.
acting-fully = {$actor} acts as {$name} until {$time}.
acting-begin-title = Act as somebody else?
acting-as = You act as
acting-until = Until {$time}
acting-only-looks = To look only: nothing can be changed.
acting-in-their-name = What you do, you do in their name.
acting-end-title = Act as yourself again?
acting-end-lead = You go on as yourself, where this browser still keeps your own session.
why-way-in-used = This way in has been used already, or is too old. Please begin anew.
why-somebody-else-is-here = Somebody else is signed in in this browser. Sign out first.

## More of the overview

overview-ended-one = That device is signed out.
overview-ended-others = Every other device is signed out.
overview-yes = Yes
overview-no = No
day = {$day} {$month} {$year}
moment = {$day} {$month} {$year}, {$clock}
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

## Links and buttons

go-on = Continue
go-cancel = Cancel
go-back = Go back
go-form = Back to the form
go-settings = Back to your settings
go-to-settings = To the settings
go-change-sign-in = Change how you sign in
go-change-profile = Change your profile
go-confirm-address = Confirm your address
go-sign-out-others = Sign out everywhere else
go-start = Go to the start
go-start-page = Go to the start page
go-anew = Begin anew
go-again = Try again
go-again-or = Try again, or another way
go-sign-in-again = Sign in again
go-another-way = Sign in another way
go-another-way-link = Sign in another way, then link it
go-prove-another-way = Prove it another way
go-ask-another = Ask for another one
go-as-somebody-else = Sign in as somebody else
go-stop-acting = Stop acting as somebody else
go-on-acting = Go on acting
go-begin = Begin
go-other-account = Use another {$provider} account
go-sign-out = Sign out
go-sign-out-here = Sign out here
go-sign-out-too = Sign out at {$provider} too
go-stay = Stay signed in

## Headings of errors

heading-loop = Signing in goes round in circles
heading-disabled = Switched off
heading-first = One thing first
heading-not-available = Not available
heading-401 = Please sign in
heading-403 = No access
heading-404 = Nothing here
heading-405 = Not like this
heading-409 = Already taken
heading-410 = Expired
heading-too-large = Too large
heading-429 = One moment, please
heading-500 = Our mistake
heading-unreachable = Out of reach
heading-other = That did not work

## Reasons and hints

why-cancelled = You cancelled at {$provider}.
why-refused = {$provider} did not let you in ({$error}).
why-said = {$provider} said: {$error}.
why-unavailable = {$provider} cannot be reached at the moment.
why-does-not-hold = What {$provider} answered does not hold, so it was not used.
why-private = {$provider} is at a private address that this gateway may not ask. Its configuration decides that (allow_private_network, allowed_hosts); please tell your administrator.
why-not-admitted = This {$provider} account is not admitted here: {$reason}.
why-admitted = Admitted are addresses at {$domains}.
why-withheld = {$provider} does not say all that is needed to decide whether you may enter ({$claim}). Please ask your administrator.
why-creation = This {$provider} account is not known here, and {$again} lets nobody new in. If you sign in another way, you can link it in your settings.
why-link-only = {$provider} only signs in whoever has linked it before. Sign in another way first, then link it in your settings.
why-link-denied = The email address of this {$provider} account is known here already, and {$again} is not linked by address. Sign in another way, then link it in your settings.
why-several = More than one account here has the email address of this {$provider} account, so it is not certain which one is yours. Sign in another way, then link it in your settings.
why-linked-elsewhere = This {$provider} account is linked to another account here already. Sign in with it, unlink it there, and try again.
why-mismatch = This {$provider} account belongs to somebody else than the one who was asked.
why-not-asked-again = {$provider} remembers this browser and did not ask you again, or does not say that it did. So it is not certain that it is you; nothing was changed.
way-prove-another = Prove it another way
why-proof-expired = It took too long to confirm that the {$provider} account is yours.
why-no-proof = There is no way left to prove here that it is you. Please ask your administrator.
why-unprovable = There is no way left to prove here that it is yours. Please ask your administrator.
why-form-unknown = This form is not known any more. Please begin anew.
why-form-used = This form was submitted already.
why-confirm-signed-in = Please sign in in this browser first, then open the link again or ask for another code.
why-form-foreign = The form was opened by another browser, or too long ago. Please begin anew.
why-answer-late = It may have taken too long, or it was begun in another browser.
why-answer-used = The answer was used already.
why-answer-stateless = The answer has no state.
why-answer-repeats = The answer repeats a parameter.
why-answer-no-form = The answer is not a form.
why-cookie-lost = Your browser did not send back the cookie it was given a moment ago.
why-cookies-blocked = Cookies may be blocked for this site in your browser's settings.
why-cookie-refused = Your browser, or an extension of it, may refuse the cookie {$name}.
why-page-address = This page must be opened at {$address}, with exactly that scheme and host name.
why-application-address = The application must be opened at {$address}, with exactly that scheme (http or https) and host name.
why-loop-cookie = You signed in several times just now, but your browser did not send the session's cookie back.
why-loop-application = You are signed in here, but the application does not see it: the session's cookie does not reach its address.
why-check-url = For whoever runs this gateway: check public_url and cookie_domain.
why-check-front = For whoever runs this gateway: check public_url, cookie_domain, and what stands in front of the gateway.
why-share = For whoever runs this gateway: to share one session among several hosts, set cookie_domain to their common parent domain.
why-token-missing = The token to sign out with is missing.
why-token-foreign = This link does not belong to the session of this browser.
why-registration-off = Registration is switched off here.
why-schema-not-offered = This schema is not offered to people who register.
why-no-mail = No mail is sent here, so that this cannot be done.
why-recovery-off = Getting back in by mail is switched off here.
why-verification-off = Confirming addresses is switched off here.
why-no-second-factor = There is no second factor to sign in with.
why-factor-unaskable = There is a second factor, but it cannot be asked for here. Please ask your administrator.
why-only-signed-in = Only somebody who is signed in has settings.
why-no-frames = This provider does not end sessions by its page here.
why-which-session = The provider has to say which session ends: iss and sid are missing.
why-own-origin = This can only be asked for by a page of the gateway's own origin.
why-challenge = Login challenges of an OAuth 2.0 server cannot be answered here.
why-choose-another = In your settings you can choose another {$provider} account.

## Actions that people have to do

action-terms = Terms and conditions
action-terms-lead = Please read the terms, and accept them to go on.
action-password = Choose a new password
action-password-lead = From now on you sign in with the new one. You are signed out everywhere else.
action-totp = Set up a second step
action-totp-lead = From now on you sign in with a code that your phone shows, too.
action-lookup = Write down recovery codes
action-lookup-lead = They let you in when your second step is not at hand. Each is good once.
action-webauthn = Add a security key
action-webauthn-lead = From now on you can confirm with it that it is you.
action-passkey = Add a passkey
action-passkey-lead = From now on you can sign in with it, without a password.
action-email = Confirm your address
action-email-lead = We send you mail, to see that the address is yours.
action-profile = Check your profile
action-profile-lead = Please look through what is known of you, and correct what is not right.
action-complete = Complete your profile
action-complete-lead = Please fill in what is missing before you go on.
action-delete = Delete your account
action-delete-lead = Everything that is known of you here goes, for good.
action-not-now = Not now?
action-unknown = There is no such action here.

mail-actions_link-subject = Something to do for your account at {$gate}
mail-actions_link-lead = You are asked to update your account at {$gate}. This link leads to what there is to do:
mail-actions_link-button = Update your account
mail-actions_link-note = It is good for { $hours ->
    [0] { $minutes ->
        [one] one minute
       *[other] {$minutes} minutes
    }
    [one] one hour
   *[other] {$hours} hours
}, and once. If you expected nothing like this, ask whoever looks after {$gate} before you open it.

## The console

console = Console
console-skip = Skip to the content
console-menu = Menu
console-nobody = Nobody signed in
console-open = Nobody is asked who they are here: whoever reaches this page may do everything.
console-people = People
console-search = Search
console-search-example = Address, name or id
console-search-help = Each word begins one that is found; *middle* finds parts, quotes find the whole, email:ada looks in one field.
console-search-trouble = This cannot be searched for. Words stand apart, quotes stand around whole words, and a name before a colon is that of a field.
console-list-trouble = This cannot be shown. Please choose again.
console-filters = Narrow down and sort
console-state = State
console-address = Address
console-role = Role
console-roles = Roles
console-linked-with = Linked with
console-schema = Schema
console-order = Order
console-any = Any
console-active = Active
console-newest = Newest first
console-oldest = Oldest first
console-changed-last = Changed last first
console-changed-first = Changed first first
console-created = Created
console-created-from = Created from
console-created-until = Created until
console-show = Show
console-show-all = Show everybody
console-person = Person
console-parts = Parts of the list
console-first = First
console-previous = Previous
console-next = Next
console-found = People found: {$count}
console-nobody-fits = Nobody fits.
console-nobody-fits-help = Search for fewer letters, or narrow the list down less.
console-empty = Nobody is here yet.
console-empty-help = People appear here when they register, come from a provider, or are created by an administrator.
console-back = Back to the console
console-open-it = Open the console
console-no-administrator = You are no administrator here, and the console is for those only.
console-no-role-hint = An administrator can give you a role, and so can the command set-roles.
console-lacking = This needs one of the roles {$roles}.
console-over = You are not signed in to the console any more, so nothing was changed.
console-as-themselves = Administrators call as themselves. Stop acting as somebody else first.
console-begins-there = Signing in to the console begins at the console.
console-at = The console must be opened at {$address}, with exactly that scheme and host name.
console-ended = Your session has ended, here and at the gateway.
# User profile
console-profile-user-profile = User profile
console-profile-text = Text
console-profile-whole-number = Whole number
console-profile-number = Number
console-profile-yes-or-no = Yes or no
console-profile-list-of-texts = List of texts
console-profile-attributes-inside = Attributes inside
console-profile-anything = Anything
console-profile-e-mail-address = E-mail address
console-profile-telephone-number = Telephone number
console-profile-web-address = Web address
console-profile-date = Date
console-profile-time-of-day = Time of day
console-profile-date-and-time = Date and time
console-profile-date-as-people-write-it = Date as people write it
console-profile-name-of-a-person = Name of a person
console-profile-user-name = User name
console-profile-latin-letters-only = Latin letters only
console-profile-anything-although-it-is-verified = Anything, although it is verified
console-profile-by-e-mail = By e-mail
console-profile-by-text-message = By text message
console-profile-nobody-in-particular = Nobody in particular
console-profile-people-themselves = People themselves
console-profile-administrators = Administrators
console-profile-everybody-who-may-change-it = Everybody who may change it
console-profile-in-general = In general
console-profile-title = Title
console-profile-what-people-read-left-empty-the = What people read; left empty, the name.
console-profile-type = Type
console-profile-group = Group
console-profile-a-whole-number-the-least-stands = A whole number; the least stands first.
console-profile-who-sees-and-changes-it = Who sees and changes it
console-profile-people-see-it = People see it
console-profile-administrators-see-it = Administrators see it
console-profile-people-change-it = People change it
console-profile-administrators-change-it = Administrators change it
console-profile-whoever-changes-it-sees-it-too = Whoever changes it sees it, too.
console-profile-when-it-is-required = When it is required
console-profile-always-required = Always required
console-profile-forms-require-it-of = Forms require it of
console-profile-only-with-one-of-these-scopes = Only with one of these scopes
console-profile-apart-by-spaces-left-empty-always = Apart by spaces; left empty, always.
console-profile-what-it-has-to-be = What it has to be
console-profile-format = Format
console-profile-at-least = At least
console-profile-characters-of-a-text-entries-of = Characters of a text, entries of a list; else the number itself.
console-profile-at-most = At most
console-profile-pattern = Pattern
console-profile-a-regular-expression = A regular expression.
console-profile-values-to-choose-from = Values to choose from
console-profile-one-a-line-left-empty-any = One a line; left empty, any.
console-profile-signing-in-and-searching = Signing in and searching
console-profile-people-sign-in-with-it = People sign in with it
console-profile-it-is-verified = It is verified
console-profile-it-recovers-the-access = It recovers the access
console-profile-changing-it-needs-a-fresh-sign = Changing it needs a fresh sign-in
console-profile-administrators-search-by-it = Administrators search by it
console-profile-spaces-around-it-are-dropped = Spaces around it are dropped
console-profile-none = None
console-profile-something-else = Something else
console-profile-add-an-attribute = Add an attribute
console-profile-remove-an-attribute = Remove an attribute
console-profile-remove-a-group = Remove a group
console-profile-attribute = Attribute
console-profile-required = Required
console-profile-sees-it = Sees it
console-profile-changes-it = Changes it
console-profile-move-up = Move up
console-profile-move-down = Move down
console-profile-signs-in = Signs in
console-profile-is-verified = Is verified
console-profile-recovers = Recovers
console-profile-searchable = Searchable
console-profile-protected = Protected
console-profile-from-people = From people
console-profile-from-administrators = From administrators
console-profile-from-everybody = From everybody
console-profile-optional = Optional
console-profile-everybody = Everybody
console-profile-they-themselves = They themselves
console-profile-administrators-only = Administrators only
console-profile-nobody = Nobody
console-profile-somebody-else-saved-this-schema-meanwhile = Somebody else saved this schema meanwhile, so nothing was saved. What you typed is still here: look at it again, then save it over theirs.
console-profile-people-obey-it-so-it-stays = People obey it, so it stays.
console-profile-this-cannot-be-a-schema = This cannot be a schema
console-profile-nothing-was-saved-people-would-not = Nothing was saved: people would not fit
console-profile-people-would-not-fit = People would not fit
console-profile-everybody-would-fit = Everybody would fit
console-profile-people-who-obey-this-schema = People who obey this schema
console-profile-of-them-would-not-fit = Of them would not fit
console-profile-would-lose-something-they-sign-in = Would lose something they sign in with
console-profile-could-not-sign-in-at-all = Could not sign in at all
console-profile-people-who-do-not-fit = People who do not fit
console-profile-of-them-have-no-value = Of them have no value
console-profile-all-together = All together
console-profile-saved-anyway-they-are-asked-for = Saved anyway, whoever lacks something is asked for it at the next sign-in; what is wrong in another way is told there, too.
console-profile-what-is-odd-in-it = What is odd in it
console-profile-nothing-is-odd-in-it = Nothing is odd in it.
console-profile-add-a-group = Add a group
console-profile-heading = Heading
console-profile-attributes = Attributes
console-profile-there-is-no-group-yet = There is no group yet.
console-profile-forms-show-the-attributes-of-a = Forms show the attributes of a group together, below its heading.
console-profile-all-schemas = All schemas
console-profile-default = Default
console-profile-ways-to-change-it = Ways to change it
console-profile-attribute-groups = Attribute groups
console-profile-json-editor = JSON editor
console-profile-what-programs-call-it-it-stays = What programs call it. It stays; name.middle is part of name.
console-profile-everything-else-that-the-schema-says = Everything else that the schema says of it stays; the JSON editor shows it.
console-profile-add = Add
console-profile-save-anyway = Save anyway
console-profile-back = Back
console-profile-it-stays-while-attributes-are-shown = It stays while attributes are shown in it. Put these elsewhere first:
console-profile-what-is-saved-now = What is saved now
console-profile-the-document-a-json-schema = The document, a JSON Schema
console-profile-check = Check
console-profile-back-to-the-configuration = Back to the configuration
console-profile-each-schema-says-what-is-known = Each schema says what is known of people, who sees and changes it, and what has to be there.
console-profile-comes-from = Comes from
console-profile-to-choose-when-registering = To choose when registering
console-profile-below-it = Below it
console-profile-from-the-configuration = From the configuration
console-profile-written-here = Written here
console-profile-changed-here-over-the-configuration = Changed here, over the configuration
console-profile-the-attribute-is-added = The attribute is added.
console-profile-the-attribute-is-saved = The attribute is saved.
console-profile-the-attribute-is-removed = The attribute is removed.
console-profile-the-order-is-saved = The order is saved.
console-profile-the-group-is-saved = The group is saved.
console-profile-the-group-is-removed = The group is removed.
console-profile-the-group-goes-no-attribute-does = The group goes; no attribute does:
console-profile-the-schema-is-saved = The schema is saved.
console-profile-the-schema-is-removed = The schema is removed.
console-profile-what-the-configuration-says-counts-again = What the configuration says counts again.
console-profile-what-was-changed-here-is-lost = What was changed here is lost; what the configuration says counts again:
console-profile-whoever-obeys-this-schema-has-to = Whoever obeys this schema has to fit that one, too.
console-profile-this-schema-is-removed = This schema is removed:
console-profile-nobody-may-obey-it-any-more = Nobody may obey it any more before it goes.
console-profile-nobody-is-asked-for-it-or = Nobody is asked for it or sees it any more:
console-profile-their-values-stay-stored-where-the = Their values stay stored. Where the schema allows nothing else, whoever has one does not fit it any more.
console-profile-people-who-have-a-value = People who have a value
console-profile-people-who-obey-it = People who obey it
console-profile-this-is-no-json-line-column = This is no JSON: line {$line}, column {$column}.
console-profile-this-is-no-number-that-fits = This is no number that fits here.
console-profile-a-name-has-up-to-letters = A name has up to 64 letters, digits, - and _; behind a dot it is part of another attribute.
console-profile-there-is-an-attribute-of-this = There is an attribute of this name already.
console-profile-there-is-no-attribute-of-this = There is no attribute of this name that others are part of.
console-profile-there-is-no-such-attribute-any = There is no such attribute any more.
console-profile-a-group-has-a-name-of = A group has a name of up to 64 characters.
console-profile-there-is-a-group-of-this = There is a group of this name already.
console-profile-there-is-no-such-group-any = There is no such group any more.

## Mails: the subject, what is said first, and what is said last. `gate` is the gateway's host.
mail-recovery_code-subject = Your code to get back in at {$gate}
mail-recovery_code-lead = {$code} is your code to get back in at {$gate}.
mail-recovery_code-note = It is good for { $minutes ->
    [one] one minute
   *[other] {$minutes} minutes
}, and once. If you did not ask for it, give it to nobody, and nothing changes.
mail-recovery_link-subject = Your link to get back in at {$gate}
mail-recovery_link-lead = With this link you get back in at {$gate}:
mail-recovery_link-button = Get back in
mail-recovery_link-note = It is good for { $minutes ->
    [one] one minute
   *[other] {$minutes} minutes
}, and once. If you did not ask for it, do not open it, and nothing changes.
mail-verification_code-subject = Your code for {$gate}
mail-verification_code-lead = {$code} is the code that shows {$gate} that this address is yours.
mail-verification_code-note = It is good for { $minutes ->
    [one] one minute
   *[other] {$minutes} minutes
}, and once. If you did not ask for it, give it to nobody: somebody else may have typed your address.
mail-verification_link-subject = Please confirm your address at {$gate}
mail-verification_link-lead = This link shows {$gate} that this address is yours:
mail-verification_link-button = Confirm the address
mail-verification_link-note = It is good for { $minutes ->
    [one] one minute
   *[other] {$minutes} minutes
}, and once. If you did not ask for it, do not open it: somebody else may have typed your address.
mail-sign_in_code-subject = Your code at {$gate}
mail-sign_in_code-lead = {$code} is your code at {$gate}. With it, you prove there once more who you are.
mail-sign_in_code-note = It is good for { $minutes ->
    [one] one minute
   *[other] {$minutes} minutes
}, and once. If you did not ask for it, somebody else may be trying to get in: give it to nobody, and nothing changes.
mail-link_code-subject = Your code to link {$provider} at {$gate}
mail-link_code-lead = {$code} is your code at {$gate}. With it, your {$provider} account will sign you in there from now on.
mail-link_code-note = It is good for { $minutes ->
    [one] one minute
   *[other] {$minutes} minutes
}, and once. If you did not ask for it, somebody else may be trying to get in: give it to nobody, and nothing changes.
mail-linked-subject = An account at {$provider} was linked
mail-linked-lead = An account at {$provider} was linked to your account at {$gate} and can sign in with it now.
mail-linked-note = If this was not you, remove the link and change your password:
mail-linked-button = Your settings
mail-unlinked-subject = An account at {$provider} was unlinked
mail-unlinked-lead = An account at {$provider} was unlinked from your account at {$gate} and cannot sign in with it any more.
mail-unlinked-note = If this was not you, change your password:
mail-unlinked-button = Your settings
mail-factors_changed-subject = Your second step at {$gate} was changed
mail-factors_changed-lead = What you sign in with at {$gate} besides was changed just now: a second step, a security key or a passkey was added or removed.
mail-factors_changed-note = If this was not you, change your password at once, and remove what is not yours:
mail-factors_changed-button = Your settings
mail-password_changed-subject = Your password at {$gate} was changed
mail-password_changed-lead = The password of your account at {$gate} was changed just now.
mail-password_changed-note = If this was not you, get back in by mail at once, and choose another one:
mail-password_changed-button = Your settings
mail-address_changed-subject = Your address at {$gate} was changed
mail-address_changed-lead = The addresses of your account at {$gate} were changed just now. Mail for you may go elsewhere from now on.
mail-address_changed-note = If this was not you, sign in, change it back and choose another password. If you cannot sign in any more, turn to whoever runs {$gate}:
mail-address_changed-button = Your settings
mail-recovered-subject = Somebody got back into your account at {$gate}
mail-recovered-lead = Somebody has just signed in to your account at {$gate} with a code or a link that was mailed.
mail-recovered-note = If this was not you, somebody else reads your mail: change the password of your mailbox first, then the one here:
mail-recovered-button = Your settings
mail-new_device-subject = A new sign-in to your account at {$gate}
mail-new_device-lead = Somebody has just signed in to your account at {$gate} from a place and on a device that were not seen before: {$device}.
mail-new_device-note = If this was you, there is nothing to do. If not, change your password at once, and end the sessions that are not yours:
mail-new_device-button = Your settings
mail-second_step_guessed-subject = Wrong second steps at {$gate}
mail-second_step_guessed-lead = Somebody who knows your password, or has another first way to sign in to your account at {$gate}, was wrong at the second step too often. They have to wait now, and longer each time.
mail-second_step_guessed-note = If this was not you, your password is known to somebody else: change it at once.
mail-second_step_guessed-button = Your settings
