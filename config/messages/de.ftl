# Was Menschen lesen, auf Deutsch. Die Schlüssel stehen mit dem englischen Wortlaut in en.ftl.


## Meldungen, nach ihren Nummern

m1010001 = Anmelden
m1010002 = Mit {$provider} anmelden
m1010003 = Bitte bestätigen Sie, dass Sie es sind.
m1010004 = Bitte bestätigen Sie mit Ihrem zweiten Schritt, dass Sie es sind.
m1010008 = Sicherheitsschlüssel benutzen
m1010014 = Ein Code aus sechs Ziffern ist unterwegs an die E-Mail-Adresse, die hier bekannt ist. Bitte geben Sie ihn innerhalb von zehn Minuten ein.
m1010015 = Code an meine E-Mail-Adresse senden
m1010016 = {$duplicateIdentifier} ist hier schon bekannt, aber noch nicht zusammen mit diesem {$provider}-Konto. Bitte melden Sie sich einmal so an wie bisher, um zu zeigen, dass beide Ihnen gehören: Damit wird das Konto verknüpft.
m1010017 = Anmelden und verknüpfen
m1010018 = Mit {$provider} anmelden und verknüpfen
m1010021 = Mit einem Passkey anmelden
m1010022 = Anmelden
m1040001 = Registrieren
m1040002 = Mit {$provider} registrieren
m1040003 = Weiter
m1050001 = Ihre Änderungen sind gespeichert.
m1050002 = {$provider} verknüpfen
m1050003 = Verknüpfung mit {$provider} lösen
m1050012 = Sicherheitsschlüssel hinzufügen
m1050013 = Name des Schlüssels
m1050018 = „{$display_name}“ entfernen
m1050019 = Passkey hinzufügen
m1050020 = „{$display_name}“ entfernen
m1060001 = Sie sind wieder angemeldet. Bitte wählen Sie jetzt ein neues Passwort, oder verknüpfen Sie einen anderen Weg zur Anmeldung.
m1060002 = Wenn diese Adresse hier bekannt ist, ist ein Link an sie unterwegs. Bitte öffnen Sie ihn, um sich wieder anzumelden.
m1060003 = Wenn diese Adresse hier bekannt ist, ist ein Code aus sechs Ziffern an sie unterwegs. Bitte geben Sie ihn ein, um sich wieder anzumelden.
m1070001 = Passwort
m1070002 = {$title}
m1070003 = Speichern
m1070004 = E-Mail-Adresse oder andere Kennung
m1070007 = E-Mail-Adresse
m1070008 = Noch einmal senden
m1070009 = Weiter
m1070010 = Code
m1070011 = Code
m1070013 = Code
m1070016 = E-Mail-Adresse
m1080001 = Wenn diese Adresse hier bekannt ist, ist ein Link an sie unterwegs. Bitte öffnen Sie ihn, um zu zeigen, dass die Adresse Ihnen gehört.
m1080002 = Vielen Dank: Diese Adresse gehört Ihnen.
m1080003 = Wenn diese Adresse hier bekannt ist, ist ein Code aus sechs Ziffern an sie unterwegs. Bitte geben Sie ihn ein, um zu zeigen, dass die Adresse Ihnen gehört.
m1990001 = {$provider} hat diese Adresse nicht geprüft. Bitte vergewissern Sie sich, dass es Ihre ist, oder nehmen Sie eine andere.
m1990010 = Bitte prüfen Sie, was {$provider} über Sie angibt, und gehen Sie dann weiter.
m1990011 = Dieses {$provider}-Konto ist schon verknüpft. Um ein anderes zu verknüpfen, wählen Sie es bei {$provider} aus.
m1990012 = Es hat sich nichts geändert, weil es nicht rechtzeitig bestätigt wurde. Bitte versuchen Sie es noch einmal.
m1990013 = Dieses Formular ist nicht mehr bekannt; hier ist ein neues.
m1990014 = {$provider} hat nicht alles mitgeteilt, was hier gebraucht wird. Bitte füllen Sie aus, was noch fehlt.
m1990015 = Wenn Sie sich gerade erst registriert haben, öffnen Sie bitte zuerst die E-Mail, die Sie bekommen haben, oder fordern Sie eine neue an: Anmelden können Sie sich, sobald Ihre Adresse bestätigt ist.
m1990020 = {$provider} hierher umziehen
m1990021 = Alles so lassen
m1990022 = Ein weiteres {$provider}-Konto verknüpfen
m1990023 = Wenn auch das Sie sind, können Sie das {$provider}-Konto hierher umziehen. Von da an meldet es Sie als die Person an, die Sie jetzt sind.
m1990050 = {$text}
m1990051 = Nutzungsbedingungen lesen
m1990052 = Ich stimme zu
m1990053 = {$address} bestätigen
m1990030 = Mein Konto löschen
m1990031 = Ja, endgültig löschen
m1990032 = Mein Konto behalten
m1990033 = Ihr Profil und Ihr Passwort werden endgültig gelöscht{ $links ->
        [0] {""}
        [one] , mit einem verknüpften Konto
       *[other] , mit {$links} verknüpften Konten
    }. Sie werden { $sessions ->
        [one] hier
       *[other] hier und überall sonst
    } abgemeldet. Niemand kann das rückgängig machen.
m1990034 = Neues Passwort
m1990060 = Name eines weiteren Attributs
m1990061 = Wert dieses Attributs
m1990070 = Damit gilt das neue Passwort, das hier eingegeben wurde. Wenn Sie das nicht waren, machen Sie nicht weiter.
m1990071 = Damit kann man sich auch mit {$provider} anmelden. Wenn Sie das nicht waren, machen Sie nicht weiter.
m1990072 = Damit fällt ein Weg weg, sich anzumelden. Wenn Sie das nicht waren, machen Sie nicht weiter.
m1990073 = Damit kann man sich auch mit einem Konto anmelden, das hier mit jemand anderem verknüpft ist. Wenn Sie das nicht waren, machen Sie nicht weiter.
m1990074 = Damit wird das Profil geändert, auch seine Adressen. Wenn Sie das nicht waren, machen Sie nicht weiter.
m1990075 = Damit kann das Konto gelöscht werden. Wenn Sie das nicht waren, machen Sie nicht weiter.
m1990076 = Damit ändert sich, womit Sie sich zusätzlich anmelden. Wenn Sie das nicht waren, machen Sie hier nicht weiter.
m1990150 = „{$display_name}“ umbenennen
m1990151 = Neuer Name
m4000001 = {$reason}
m4000002 = Bitte füllen Sie das Feld „{$property}“ aus.
m4000003 = Bitte mindestens {$min_length} Zeichen eingeben (jetzt {$actual_length}).
m4000004 = Das hat nicht die erwartete Form.
m4000005 = Dieses Passwort geht nicht: {$reason}.
m4000006 = Die Kennung oder das Passwort stimmt nicht. Bitte prüfen Sie beides auf Tippfehler.
m4000007 = Damit ist schon jemand registriert. Melden Sie sich an, oder nehmen Sie eine andere Adresse.
m4000017 = Bitte höchstens {$max_length} Zeichen eingeben (jetzt {$actual_length}).
m4000018 = Bitte mindestens {$minimum} eingeben (jetzt {$actual}).
m4000019 = Bitte mehr als {$exclusive_minimum} eingeben (jetzt {$actual}).
m4000020 = Bitte höchstens {$maximum} eingeben (jetzt {$actual}).
m4000021 = Bitte weniger als {$exclusive_maximum} eingeben (jetzt {$actual}).
m4000022 = Bitte ein Vielfaches von {$base} eingeben (jetzt {$actual}).
m4000023 = Bitte höchstens { $max_items ->
        [one] {$max_items} Angabe
       *[other] {$max_items} Angaben
    } machen (jetzt {$actual_items}).
m4000024 = Bitte mindestens { $min_items ->
        [one] {$min_items} Angabe
       *[other] {$min_items} Angaben
    } machen (jetzt {$actual_items}).
m4000025 = Bitte geben Sie alles nur einmal an.
m4000026 = Hier wird etwas anderes erwartet.
m4000027 = Dieses {$provider}-Konto gehört jemandem, der hier schon bekannt ist.
m4000029 = Hier ist nur {$expected} möglich.
m4000031 = Das Passwort darf nicht Ihrem Namen, Ihrer Adresse oder anderem aus Ihrem Profil ähneln.
m4000032 = Das Passwort braucht mindestens {$min_length} Zeichen (jetzt {$actual_length}).
m4000033 = Das Passwort darf höchstens {$max_length} Zeichen haben (jetzt {$actual_length}).
m4000034 = Dieses Passwort ist durch Datenlecks bekannt geworden. Bitte wählen Sie ein anderes.
m4000039 = Das ist schon Ihr Passwort. Bitte wählen Sie ein anderes.
m4000040 = Das ist keine E-Mail-Adresse.
m4000041 = Das ist keine Telefonnummer.
m4000043 = Das hat mit diesem Schlüssel nicht geklappt. Bitte versuchen Sie es noch einmal, oder nehmen Sie einen anderen.
m4010001 = Das Formular war abgelaufen, deshalb sehen Sie ein neues. Bitte versuchen Sie es noch einmal.
m4010008 = Dieser Code stimmt nicht oder gilt nicht mehr. Nach fünf Versuchen oder zehn Minuten fordern Sie bitte einen neuen an.
m4010011 = Ihr Konto ist hier abgeschaltet. Bitte wenden Sie sich an Ihre Administration.
m4040001 = Das Formular war abgelaufen, deshalb sehen Sie ein neues. Bitte versuchen Sie es noch einmal.
m4050001 = Das Formular war abgelaufen, deshalb sehen Sie ein neues. Bitte versuchen Sie es noch einmal.
m4060004 = Dieser Link stimmt nicht, wurde schon benutzt oder ist zu alt. Bitte fordern Sie einen neuen an.
m4060005 = Das Formular war abgelaufen, deshalb sehen Sie ein neues. Bitte versuchen Sie es noch einmal.
m4060006 = Dieser Code stimmt nicht, wurde schon benutzt oder ist zu alt. Nach fünf Versuchen fordern Sie bitte einen neuen an.
m4070001 = Dieser Link stimmt nicht, wurde schon benutzt oder ist zu alt. Bitte fordern Sie einen neuen an.
m4070005 = Das Formular war abgelaufen, deshalb sehen Sie ein neues. Bitte versuchen Sie es noch einmal.
m4070006 = Dieser Code stimmt nicht, wurde schon benutzt oder ist zu alt. Nach fünf Versuchen fordern Sie bitte einen neuen an.
m4990001 = Bitte füllen Sie aus, was noch fehlt.
m4990002 = Das waren zu viele Versuche. Bitte warten Sie { $retry_after ->
        [one] {$retry_after} Sekunde
       *[other] {$retry_after} Sekunden
    }, und versuchen Sie es dann noch einmal.
m4990003 = Mit der E-Mail-Adresse dieses {$provider}-Kontos ist hier schon jemand registriert. Wenn Sie das sind, melden Sie sich bitte so an wie bisher.
m4990004 = Dieses {$provider}-Konto ist Ihr einziger Weg zur Anmeldung. Verknüpfen Sie zuerst ein anderes, und lösen Sie dann dieses.
m4990005 = {$provider} ist nicht oder nicht mehr verknüpft. Bitte wählen Sie eines der verknüpften Konten.
m4990020 = Die Bedingungen haben sich inzwischen geändert. Bitte lesen Sie sie noch einmal.
m4990150 = Dieser Schlüssel ist hier schon bekannt. Bitte nehmen Sie einen anderen.
m4990151 = Diesen Schlüssel gibt es nicht mehr. Bitte sehen Sie sich die Liste noch einmal an.
m4990152 = Es gibt schon so viele Schlüssel, wie es geben kann. Bitte entfernen Sie zuerst einen.
m4990153 = Von diesem Schlüssel gibt es vielleicht eine Kopie, darum wird er nicht angenommen. Bitte nehmen Sie einen anderen, und entfernen Sie diesen in Ihren Einstellungen.
m4990006 = Mehrere {$provider}-Konten sind verknüpft. Bitte wählen Sie eines davon.
m4990008 = Das {$provider}-Konto ist dort der einzige Weg zur Anmeldung, deshalb bleibt es. Wenn Sie das sind, melden Sie sich damit an, verknüpfen Sie ein anderes Konto, und versuchen Sie es noch einmal.
m4990010 = Das wurde inzwischen an anderer Stelle geändert. Bitte sehen Sie sich den neuen Stand an, und nehmen Sie Ihre Änderung noch einmal vor.
m4990011 = Ein verknüpftes Konto hält diese Angabe aktuell. Bitte ändern Sie sie dort.
m4990012 = Das lässt sich hier nicht ändern. Bitte ändern Sie es in Ihren Einstellungen.
m4000038 = Die Prüfung, ob Sie ein Mensch sind, ist fehlgeschlagen. Bitte versuchen Sie es noch einmal.
m4990090 = Ob Sie ein Mensch sind, konnte gerade nicht geprüft werden, deshalb ist nichts geschehen. Bitte versuchen Sie es gleich noch einmal.
m4990030 = Das bleibt: Alle hier brauchen einen zweiten Schritt und etwas, womit sie sich anmelden. Bitte fügen Sie zuerst etwas anderes hinzu.
m4990060 = Dieses Passwort ist leicht zu erraten. Bitte nehmen Sie mehr Wörter oder weniger gebräuchliche.
m4990061 = Dieses Passwort hatten Sie schon einmal. Bitte wählen Sie ein anderes.
m4990062 = Passwörter lassen sich gerade nicht prüfen. Bitte versuchen Sie es in einer Minute noch einmal.

## Was zweite Faktoren sagen, nach den Nummern der Meldungen

m1010006 = Code der Authentifizierungs-App
m1010007 = Ersatzcode
m1010009 = Weiter mit der App
m1010010 = Weiter mit einem Ersatzcode
m1050004 = Authentifizierungs-App entfernen
m1050005 = Lesen Sie dieses Bild mit einer Authentifizierungs-App ein
m1050006 = {$secret}
m1050008 = Neue Ersatzcodes erzeugen
m1050009 = {$secret}
m1050010 = Jeder dieser Codes gilt einmal, anstelle der App oder des Schlüssels. Schreiben Sie sie jetzt auf: Sie werden nicht noch einmal gezeigt.
m1050011 = Ich habe sie aufgeschrieben
m1050014 = Einer wurde am {$used_at} verwendet.
m1050015 = {$list}
m1050016 = Ersatzcodes entfernen
m1050017 = Oder tippen Sie dies in die App ein
m1070006 = Der Code, den die App dann zeigt
m1990080 = { $left ->
    [one] Von {$total} Ersatzcodes ist noch {$left} übrig.
   *[other] Von {$total} Ersatzcodes sind noch {$left} übrig.
}
m1990081 = { $left ->
    [one] Nur noch {$left} Ersatzcode ist übrig. Bitte erzeugen Sie bald neue, in Ihren Einstellungen.
   *[other] Nur noch {$left} Ersatzcodes sind übrig. Bitte erzeugen Sie bald neue, in Ihren Einstellungen.
}
m1990082 = Alle Ersatzcodes sind verwendet. Bitte erzeugen Sie neue.
m1990083 = Eine Authentifizierungs-App ist eingerichtet.
m1990084 = Codes auf Papier, falls die App oder der Schlüssel nicht zur Hand ist.
m1990085 = Oder in einer App auf diesem Gerät öffnen
m4000008 = Dieser Code stimmt nicht. Bitte geben Sie den ein, den die App jetzt zeigt.
m4000011 = Hier ist keine Authentifizierungs-App eingerichtet.
m4000012 = Dieser Ersatzcode wurde schon verwendet. Bitte nehmen Sie einen anderen.
m4000014 = Hier gibt es keine Ersatzcodes.
m4000016 = Dieser Ersatzcode stimmt nicht. Bitte prüfen Sie ihn auf Tippfehler.
m4990080 = Dieser Code wurde schon verwendet. Bitte warten Sie, bis die App den nächsten zeigt.
m4990081 = Ersatzcodes werden nur einmal gezeigt. Bitte erzeugen Sie neue, wenn diese verloren sind.
m4990082 = Bitte bestätigen Sie zuerst Ihre E-Mail-Adresse, damit das, was Sie hier hinzufügen, sicher Ihres ist.
m1990086 = Zuerst die E-Mail-Adresse bestätigen

## Was Fehler bedeuten, nach ihren Codes

ambiguous_request = Die Anfrage lässt sich auf mehr als eine Weise lesen, deshalb wurde sie gar nicht gelesen.
headers_too_large = Die Anfrage hat zu viele oder zu lange Kopfzeilen.
target_too_long = Die Adresse der Anfrage ist zu lang.
body_too_large = Der Inhalt der Anfrage ist zu lang für diese Seite.
method_not_allowed = Diese Methode ist hier nicht möglich.
upgrade_refused = Dieser Wechsel des Protokolls wird nicht durchgelassen.
origin_refused = Das hat eine Seite einer anderen Website angefordert.
no_route = Unter dieser Adresse gibt es nichts.
not_found = Diese Seite gibt es nicht.
session_inactive = Bitte melden Sie sich zuerst an.
access_denied = Sie sind angemeldet, dürfen das hier aber nicht öffnen.
upstream_unavailable = Die Anwendung antwortet nicht.
upstream_timeout = Die Anwendung braucht zu lange für ihre Antwort.
store_unavailable = Der Ort, an dem die Konten liegen, ist im Moment nicht zu erreichen.
too_many_requests = Das waren zu viele Versuche in kurzer Zeit.
internal = Bei uns ist etwas schiefgegangen.
bad_request = Die Anfrage ist nicht zu verstehen.
flow_not_found = Dieses Formular ist nicht mehr bekannt.
self_service_flow_expired = Dieses Formular ist abgelaufen.
self_service_flow_disabled = Das ist hier abgeschaltet.
self_service_flow_return_to_forbidden = Die Adresse für den Rückweg ist keine von unseren.
session_already_available = Sie sind schon angemeldet.
session_aal_already_fulfilled = Sie sind schon so stark angemeldet wie verlangt.
session_aal1_required = Bitte melden Sie sich an, bevor nach einem zweiten Faktor gefragt werden kann.
session_aal2_required = Dafür ist ein zweiter Schritt der Anmeldung nötig.
session_required_actions_pending = Etwas ist zu erledigen, bevor es weitergeht.
impersonation_read_only = Sie handeln als jemand anderes, um nur nachzusehen, und das hier könnte etwas ändern.
impersonated_session = Das geht nicht, während Sie als jemand anderes handeln.
session_refresh_required = Ihre Anmeldung liegt dafür zu lange zurück; bitte bestätigen Sie, dass Sie es sind.
security_csrf_violation = Das Formular gehört nicht zu diesem Browser.
security_identity_mismatch = Das Formular gehört jemand anderem.
identity_disabled = Dieses Konto ist hier abgeschaltet.
browser_location_change_required = Der Browser muss woanders hingehen, damit es weitergeht.
invalid_credentials = Die Zugangsdaten stimmen nicht.
provider_unknown = Diesen Anmeldedienst gibt es nicht.
provider_refused = Der Anmeldedienst hat Sie nicht hereingelassen.
provider_not_admitted = Dieses Konto des Anmeldedienstes ist hier nicht zugelassen.
provider_invalid = Die Antwort des Anmeldedienstes ist nicht stichhaltig.
provider_forbidden_address = Der Anmeldedienst hat eine private Adresse, die nicht gefragt werden darf.
provider_unavailable = Der Anmeldedienst ist im Moment nicht zu erreichen.
provider_answer_unexpected = Auf diese Antwort wartet keine Anmeldung dieses Browsers.
provider_not_asked_again = Der Anmeldedienst hat Sie nicht noch einmal gefragt, wer Sie sind.
address_taken = Mit dieser Adresse ist hier schon jemand registriert.
creation_refused = Dieses Konto ist hier nicht bekannt, und damit wird niemand Neues eingelassen.
claims_withheld = Der Anmeldedienst hält eine Angabe zurück, ohne die nicht zu entscheiden ist, wer hereindarf.
provider_link_only = Konten dieses Anmeldedienstes werden zuerst in den Einstellungen verknüpft.
link_denied = Jemand hier hat schon die Adresse dieses Kontos, und dieser Anmeldedienst wird nicht über die Adresse verknüpft.
several_identities = Mehr als ein Konto hat hier diese Adresse.
account_linked_elsewhere = Das Konto des Anmeldedienstes ist mit jemand anderem verknüpft.
link_expired = Die Verknüpfung wurde nicht rechtzeitig bestätigt.
link_not_found = Diese Verknüpfung gibt es nicht.
last_first_factor = Das ist der einzige Weg zur Anmeldung, deshalb bleibt er.
sign_in_loop = Die Anmeldung gelingt, aber der Browser behält das Cookie der Sitzung nicht.
unauthorized = Sie müssen zeigen, wer Sie sind: Ein Zugangstoken oder Sitzungstoken fehlt oder gilt nicht mehr.
insufficient_role = Ihre Rollen erlauben das nicht.
last_administrator = Das ist die letzte Person mit der Rolle admin, deshalb bleibt sie es.
host_refused = Die Anfrage ging an einen Hostnamen, der nicht unserer ist.
identity_not_found = Niemand hat diese Kennung.
identity_conflict = Hier gibt es schon jemanden, der sich mit demselben anmeldet oder anderswo dasselbe Konto oder denselben Namen hat.
record_not_found = Unter dieser Kennung gibt es nichts.
provider_mistaken = Daraus lässt sich kein Anmeldedienst machen.
provider_exists = Einen Anmeldedienst dieses Namens gibt es schon.
provider_in_file = Dieser Anmeldedienst steht in einer Datei und wird deshalb dort geändert.
provider_linked = Menschen sind mit diesem Anmeldedienst verknüpft, deshalb bleibt er, wie er ist.
provider_changed = Jemand anderes hat diesen Anmeldedienst zur selben Zeit geändert.

## Formulare

form-or = oder
form-captcha-needs-scripts = Dieses Formular braucht Skripte, um Menschen von Maschinen zu unterscheiden.
form-optional = freiwillig
form-check-marked = Bitte prüfen Sie die markierten Felder.
form-locked = Das kann nur die Administration ändern.
form-zone = Zeiten gelten in UTC.
form-at-least = Mindestens {$min_length} Zeichen.
form-six-digits = Sechs Ziffern
form-several = Halten Sie Strg, am Mac ⌘, um mehrere zu wählen oder Gewähltes zu behalten.
form-choose = Bitte wählen
form-no-answer = Keine Angabe
form-linked-accounts = Verknüpfte Konten
form-link-another = Ein weiteres Konto verknüpfen
form-profile = Profil
form-password = Passwort
form-totp = Authentifizierungs-App
form-lookup = Ersatzcodes
form-delete = Ihr Konto löschen
form-webauthn = Sicherheitsschlüssel
form-passkey = Passkeys
key-rename = Umbenennen
key-remove = Entfernen
key-failed = Das hat nicht geklappt oder wurde abgebrochen. Bitte versuchen Sie es noch einmal.
key-known = Dieser Schlüssel ist hier schon bekannt. Bitte nehmen Sie einen anderen.
key-needs-script = Für Schlüssel braucht es JavaScript, das hier abgeschaltet ist.
error-request = Anfrage

## Angaben des eingebauten Schemas und der Profile anderer Produkte

username = Benutzername
email = E-Mail
email-address = E-Mail-Adresse
name = Name
firstName = Vorname
lastName = Nachname
academic-degree = Akademischer Grad
attributes = Weitere Attribute
user-metadata = Metadaten
user-metadata-description = Attribute, die Metadaten der Person sind
method-password = Passwort
method-code = Code

## Anderer Wortlaut unter den Nummern von Meldungen

m1060001-choose = Sie sind wieder angemeldet. Bitte wählen Sie jetzt ein neues Passwort.
m1080001-known = Ein Link ist an {$address} unterwegs. Bitte öffnen Sie ihn, um zu zeigen, dass die Adresse Ihnen gehört.
m1080002-anew = Vielen Dank: Diese Adresse gehört Ihnen. Das hatte bisher niemand gezeigt; was hier eingerichtet war, lässt deshalb niemanden mehr ein. Kommen Sie per E-Mail wieder herein, um ein Passwort zu wählen.
m1080002-signed-out = Vielen Dank: Diese Adresse gehört Ihnen. Melden Sie sich jetzt an.
m1080003-known = Ein Code aus sechs Ziffern ist an {$address} unterwegs. Bitte geben Sie ihn ein, um zu zeigen, dass die Adresse Ihnen gehört.
m4000006-password = Das Passwort stimmt nicht. Bitte prüfen Sie es auf Tippfehler.
m4000026-integer = Bitte geben Sie eine ganze Zahl ein.
m4000026-number = Bitte geben Sie eine Zahl ein.
m4000026-boolean = Bitte wählen Sie Ja oder Nein.
m4000026-string = Bitte geben Sie einen Text ein.
m4000026-array = Bitte geben Sie mindestens einen Wert an.
m4000029-true = Bitte setzen Sie hier ein Häkchen.
m4000029-false = Bitte setzen Sie hier kein Häkchen.
m4990003-typed = Mit dieser Adresse ist hier schon jemand registriert. Wenn Sie das sind, melden Sie sich so an wie bisher. Andernfalls nehmen Sie bitte eine andere Adresse.
m4000001-trait = Diese Angabe gibt es nicht.
m4000001-unchecked = Das lässt sich hier nicht prüfen.
m4000001-link = Das ist kein Link. Links beginnen mit https://.
m4000001-date = Das ist kein Datum. Bitte schreiben Sie es so: 2000-12-31.
m4000001-local-date = Das ist kein Datum. Bitte schreiben Sie es so: 31.12.2000 oder 2000-12-31.
m4000001-time = Das ist keine Uhrzeit. Bitte schreiben Sie sie so: 09:30.
m4000001-date-time = Das ist kein Datum mit Uhrzeit. Bitte schreiben Sie es so: 2000-12-31 09:30.
m4000001-person-name = Darin ist ein Zeichen, das in Namen nicht vorkommt.
m4000001-username = Darin ist ein Zeichen, das hier nicht verwendet werden kann, oder ein Leerzeichen.
m4000001-homograph = Darin ist ein Buchstabe, den man mit einem anderen verwechseln kann. Bitte nehmen Sie lateinische.
m4000001-options = Bitte wählen Sie einen der angebotenen Werte.
m4000001-other = Das wird hier nicht angenommen.
m4000001-scheme = Links dieser Art werden hier nicht angenommen.
m4000001-size = Das ist mehr, als gespeichert werden kann ({$length} von {$most} Bytes).
m4000001-unseen = In diesem Profil stimmt etwas nicht, das hier nicht zu sehen ist. Bitte fragen Sie um Hilfe.
m4000001-fixed = Das lässt sich hier nicht ändern.
m4000001-schema = Dieses Profil ist von einer Art, die hier nicht mehr bekannt ist. Bitte fragen Sie um Hilfe.
m4000001-character = Darin ist ein Zeichen, das nicht gespeichert werden kann.
m4000001-many-values = Es sind mehr als {$most} Werte.
m4000001-described = Dafür hat das Formular ein eigenes Feld.
m4000001-name-length = Ein Name hat 1 bis {$most} Zeichen.
m4000001-many-attributes = Es sind mehr als {$most} Attribute.
m4000001-texts = Bitte geben Sie einen Text oder eine Liste von Texten an.
m4000001-attributes = Diese Attribute lassen sich nicht lesen.
m4010002 = Diesen Weg zur Anmeldung gibt es hier nicht. Bitte wählen Sie einen aus dem Formular.
m4010003 = Diesen Weg zur Registrierung gibt es hier nicht. Bitte wählen Sie einen aus dem Formular.
m4010004 = Das lässt sich hier nicht ändern. Bitte wählen Sie einen Knopf auf dieser Seite.

## Überschriften, und was um Formulare herum steht

title-sign-in = Anmelden
title-sign-up = Registrieren
title-almost = Fast geschafft
title-confirm = Bestätigen Sie, dass Sie es sind
title-confirm-address = Bestätigen Sie Ihre Adresse
title-address-confirmed = Adresse bestätigt
title-back-in = Zugang wiederherstellen
title-to-do = Etwas zu tun
title-check-mail = Sehen Sie in Ihr Postfach
title-is-this-you = Sind Sie das?
title-move = Dieses Konto umziehen?
title-settings = Ihre Einstellungen
title-delete = Ihr Konto löschen?
title-deleted = Ihr Konto ist gelöscht
title-profile = Ihr Konto
title-sign-out = Abmelden?
title-signed-in = Sie sind angemeldet
title-signed-out = Sie sind abgemeldet
title-signed-out-here = Sie sind hier abgemeldet
lead-continue = weiter zu {$host}
lead-sign-in = Melden Sie sich an, um weiterzumachen.
lead-deleted = Alles, was dazu gehörte, ist weg, und Sie sind überall abgemeldet.
lead-recover = Geben Sie die E-Mail-Adresse ein, die hier bekannt ist. Sie erhalten dann eine E-Mail, mit der Sie sich anmelden können.
lead-link-back-in = Gehen Sie weiter, um sich bei {$gate} anzumelden und ein neues Passwort zu wählen.
lead-link-to-do = Weiter, um sich bei {$gate} anzumelden und zu tun, worum Sie dort gebeten werden.
lead-link-address = Gehen Sie weiter, um {$gate} zu zeigen, dass diese E-Mail-Adresse Ihnen gehört.
lead-again = Um weiterzumachen, müssen Sie sich wieder anmelden.
lead-too = Sie werden auch bei {$provider} abgemeldet.
lead-here-only = Um weiterzumachen, müssen Sie sich wieder anmelden. Bei {$provider} bleiben Sie angemeldet: Das hier meldet Sie nur hier ab. Melden Sie sich an einem Gerät, das auch andere benutzen, auch bei {$again} ab.
lead-cannot-end = Um weiterzumachen, müssen Sie sich wieder anmelden. Bei {$provider} bleiben Sie angemeldet: Von hier aus lässt sich das nicht beenden. Melden Sie sich an einem Gerät, das auch andere benutzen, auch bei {$again} ab.
lead-still = Bei {$provider} sind Sie noch angemeldet. Melden Sie sich an einem Gerät, das auch andere benutzen, auch dort ab.
lead-provider-ended = Der Anmeldedienst hat Ihre Sitzung beendet.
question-not-you = Sind Sie das nicht?
question-done = Fertig?
question-registered = Schon registriert?
question-just-registered = Gerade erst registriert?
question-new = Neu hier?
question-changed-mind = Doch nicht?
question-forgot = Passwort vergessen?
question-another-address = Eine andere Adresse?
question-remembered = Wieder eingefallen?
fact-with = Angemeldet mit
fact-since = Seit
fact-until = Höchstens bis
overview-security = Konto & Sicherheit
overview-settings = Kontoeinstellungen
overview-sessions = Wo Sie angemeldet sind
overview-linked = Verknüpft
overview-verified = Bestätigt
overview-not-verified = Nicht bestätigt
overview-this-device = Dieses Gerät
overview-administrator = Eine Person der Verwaltung
overview-unknown-device = Unbekanntes Gerät
overview-sign-in-with = Damit melden Sie sich an
overview-reached-by = Darüber sind Sie zu erreichen
overview-set = Festgelegt am {$time}
overview-not-set = Nicht festgelegt
overview-signed-in = Angemeldet am {$time}
overview-last-seen = Zuletzt gesehen am {$time}

## Handeln als jemand anderes

acting-to-look = {$actor} handelt als {$name}, nur um nachzusehen, bis {$time}.
acting-fully = {$actor} handelt als {$name} bis {$time}.
acting-begin-title = Als jemand anderes handeln?
acting-as = Sie handeln als
acting-until = Bis {$time}
acting-only-looks = Nur um nachzusehen: Geändert werden kann nichts.
acting-in-their-name = Was Sie tun, tun Sie in deren Namen.
acting-end-title = Wieder als Sie selbst handeln?
acting-end-lead = Sie machen als Sie selbst weiter, sofern dieser Browser Ihre eigene Sitzung noch hat.
why-way-in-used = Dieser Zugang wurde schon benutzt oder ist zu alt. Bitte beginnen Sie von vorn.
why-somebody-else-is-here = In diesem Browser ist jemand anderes angemeldet. Melden Sie sich dort zuerst ab.

## Mehr der Übersicht

overview-ended-one = Das andere Gerät ist abgemeldet.
overview-ended-others = Alle anderen Geräte sind abgemeldet.
overview-yes = Ja
overview-no = Nein
day = {$day}. {$month} {$year}
moment = {$day}. {$month} {$year}, {$clock}
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember

## Links und Knöpfe

go-on = Weiter
go-cancel = Abbrechen
go-back = Zurück
go-form = Zurück zum Formular
go-settings = Zurück zu Ihren Einstellungen
go-to-settings = Zu den Einstellungen
go-change-sign-in = Ändern, wie Sie sich anmelden
go-change-profile = Profil ändern
go-confirm-address = Adresse bestätigen
go-sign-out-others = Überall sonst abmelden
go-start = Zum Anfang
go-start-page = Zur Startseite
go-anew = Von vorn beginnen
go-again = Noch einmal versuchen
go-again-or = Noch einmal oder anders versuchen
go-sign-in-again = Wieder anmelden
go-another-way = Anders anmelden
go-another-way-link = Anders anmelden, dann verknüpfen
go-prove-another-way = Anders bestätigen
go-ask-another = Neu anfordern
go-as-somebody-else = Als jemand anderes anmelden
go-stop-acting = Nicht mehr als jemand anderes handeln
go-on-acting = Weiter so handeln
go-begin = Beginnen
go-other-account = Ein anderes {$provider}-Konto nehmen
go-sign-out = Abmelden
go-sign-out-here = Hier abmelden
go-sign-out-too = Auch bei {$provider} abmelden
go-stay = Angemeldet bleiben

## Überschriften von Fehlern

heading-loop = Die Anmeldung dreht sich im Kreis
heading-disabled = Abgeschaltet
heading-first = Erst noch etwas
heading-not-available = Nicht verfügbar
heading-401 = Bitte melden Sie sich an
heading-403 = Kein Zugang
heading-404 = Hier ist nichts
heading-405 = So geht es nicht
heading-409 = Schon vergeben
heading-410 = Abgelaufen
heading-too-large = Zu groß
heading-429 = Einen Moment, bitte
heading-500 = Unser Fehler
heading-unreachable = Nicht erreichbar
heading-other = Das hat nicht geklappt

## Gründe und Hinweise

why-cancelled = Sie haben bei {$provider} abgebrochen.
why-refused = {$provider} hat Sie nicht hereingelassen ({$error}).
why-said = {$provider} sagt: {$error}.
why-unavailable = {$provider} ist im Moment nicht zu erreichen.
why-does-not-hold = Was {$provider} geantwortet hat, ist nicht stichhaltig und wurde deshalb nicht verwendet.
why-private = {$provider} hat eine private Adresse, die dieses Gateway nicht fragen darf. Das legt seine Konfiguration fest (allow_private_network, allowed_hosts); bitte sagen Sie Ihrer Administration Bescheid.
why-not-admitted = Dieses {$provider}-Konto ist hier nicht zugelassen: {$reason}.
why-admitted = Zugelassen sind Adressen bei {$domains}.
why-withheld = {$provider} sagt nicht alles, was nötig ist, um über Ihren Zugang zu entscheiden ({$claim}). Bitte wenden Sie sich an Ihre Administration.
why-creation = Dieses {$provider}-Konto ist hier nicht bekannt, und über {$again} kommt niemand Neues herein. Wenn Sie sich anders anmelden, können Sie es in Ihren Einstellungen verknüpfen.
why-link-only = {$provider} meldet nur an, wer es vorher verknüpft hat. Melden Sie sich zuerst anders an, und verknüpfen Sie es dann in Ihren Einstellungen.
why-link-denied = Die E-Mail-Adresse dieses {$provider}-Kontos ist hier schon bekannt, und {$again} wird nicht über die Adresse verknüpft. Melden Sie sich anders an, und verknüpfen Sie es dann in Ihren Einstellungen.
why-several = Mehr als ein Konto hat hier die E-Mail-Adresse dieses {$provider}-Kontos, deshalb ist nicht sicher, welches Ihres ist. Melden Sie sich anders an, und verknüpfen Sie es dann in Ihren Einstellungen.
why-linked-elsewhere = Dieses {$provider}-Konto ist hier schon mit einem anderen Konto verknüpft. Melden Sie sich damit an, lösen Sie dort die Verknüpfung, und versuchen Sie es noch einmal.
why-mismatch = Dieses {$provider}-Konto gehört jemand anderem als der Person, die gefragt wurde.
why-not-asked-again = {$provider} kennt diesen Browser noch und hat Sie nicht noch einmal gefragt, oder sagt es nicht. Es steht also nicht fest, dass Sie es sind; nichts wurde geändert.
way-prove-another = Anders nachweisen
why-proof-expired = Die Bestätigung, dass das {$provider}-Konto Ihnen gehört, hat zu lange gedauert.
why-no-proof = Hier lässt sich auf keinem Weg mehr zeigen, dass Sie es sind. Bitte wenden Sie sich an Ihre Administration.
why-unprovable = Hier lässt sich auf keinem Weg mehr zeigen, dass es Ihres ist. Bitte wenden Sie sich an Ihre Administration.
why-form-unknown = Dieses Formular ist nicht mehr bekannt. Bitte beginnen Sie von vorn.
why-form-used = Dieses Formular wurde schon abgeschickt.
why-confirm-signed-in = Bitte melden Sie sich erst in diesem Browser an und öffnen Sie dann den Link noch einmal, oder fordern Sie einen neuen Code an.
why-form-foreign = Das Formular wurde in einem anderen Browser geöffnet oder vor zu langer Zeit. Bitte beginnen Sie von vorn.
why-answer-late = Vielleicht hat es zu lange gedauert, oder es wurde in einem anderen Browser begonnen.
why-answer-used = Die Antwort wurde schon verwendet.
why-answer-stateless = Die Antwort nennt keinen Zustand (state).
why-answer-repeats = Die Antwort nennt einen Parameter mehrfach.
why-answer-no-form = Die Antwort ist kein Formular.
why-cookie-lost = Ihr Browser hat das Cookie nicht zurückgeschickt, das er eben bekommen hat.
why-cookies-blocked = Vielleicht sind Cookies für diese Website in den Einstellungen Ihres Browsers gesperrt.
why-cookie-refused = Vielleicht weist Ihr Browser oder eine Erweiterung das Cookie {$name} ab.
why-page-address = Diese Seite muss unter {$address} geöffnet werden, mit genau diesem Schema und Rechnernamen.
why-application-address = Die Anwendung muss unter {$address} geöffnet werden, mit genau diesem Schema (http oder https) und Rechnernamen.
why-loop-cookie = Sie haben sich eben mehrmals angemeldet, aber Ihr Browser hat das Cookie der Sitzung nicht zurückgeschickt.
why-loop-application = Sie sind hier angemeldet, aber die Anwendung merkt es nicht: Das Cookie der Sitzung erreicht ihre Adresse nicht.
why-check-url = Für alle, die dieses Gateway betreiben: Prüfen Sie public_url und cookie_domain.
why-check-front = Für alle, die dieses Gateway betreiben: Prüfen Sie public_url, cookie_domain und was vor dem Gateway steht.
why-share = Für alle, die dieses Gateway betreiben: Damit mehrere Rechner eine Sitzung teilen, setzen Sie cookie_domain auf ihre gemeinsame übergeordnete Domain.
why-token-missing = Das Token zum Abmelden fehlt.
why-token-foreign = Dieser Link gehört nicht zur Sitzung dieses Browsers.
why-registration-off = Die Registrierung ist hier abgeschaltet.
why-schema-not-offered = Dieses Schema steht beim Registrieren nicht zur Wahl.
why-no-mail = Hier werden keine E-Mails verschickt, deshalb ist das nicht möglich.
why-recovery-off = Den Zugang über E-Mail wiederherzustellen, ist hier abgeschaltet.
why-verification-off = Das Bestätigen von Adressen ist hier abgeschaltet.
why-no-second-factor = Es gibt keinen zweiten Faktor zum Anmelden.
why-factor-unaskable = Es gibt einen zweiten Faktor, aber hier kann nicht nach ihm gefragt werden. Bitte wenden Sie sich an Ihre Administration.
why-only-signed-in = Einstellungen hat nur, wer angemeldet ist.
why-no-frames = Dieser Anmeldedienst beendet hier keine Sitzungen über seine Seite.
why-which-session = Der Anmeldedienst muss sagen, welche Sitzung endet: iss und sid fehlen.
why-own-origin = Das kann nur eine Seite vom eigenen Ursprung des Gateways verlangen.
why-challenge = Login-Challenges eines OAuth-2.0-Servers lassen sich hier nicht beantworten.
why-choose-another = In Ihren Einstellungen können Sie ein anderes {$provider}-Konto auswählen.

## Was von jemandem verlangt wird

action-terms = Nutzungsbedingungen
action-terms-lead = Bitte lesen Sie die Bedingungen, und stimmen Sie zu, um weiterzukommen.
action-password = Neues Passwort wählen
action-password-lead = Von nun an melden Sie sich mit dem neuen an. Überall sonst werden Sie abgemeldet.
action-totp = Zweiten Schritt einrichten
action-totp-lead = Ab jetzt melden Sie sich zusätzlich mit einem Code an, den Ihr Telefon zeigt.
action-lookup = Ersatzcodes aufschreiben
action-lookup-lead = Mit ihnen kommen Sie hinein, wenn Ihr zweiter Schritt nicht zur Hand ist. Jeder gilt einmal.
action-webauthn = Sicherheitsschlüssel hinzufügen
action-webauthn-lead = Ab jetzt können Sie damit bestätigen, dass Sie es sind.
action-passkey = Passkey hinzufügen
action-passkey-lead = Ab jetzt können Sie sich damit anmelden, ohne Passwort.
action-email = Adresse bestätigen
action-email-lead = Wir schreiben Ihnen, um zu sehen, dass die Adresse Ihnen gehört.
action-profile = Profil prüfen
action-profile-lead = Bitte sehen Sie durch, was über Sie bekannt ist, und berichtigen Sie, was nicht stimmt.
action-complete = Profil vervollständigen
action-complete-lead = Bitte ergänzen Sie, was fehlt, bevor es weitergeht.
action-delete = Konto löschen
action-delete-lead = Alles, was hier über Sie bekannt ist, wird endgültig gelöscht.
action-not-now = Jetzt nicht?
action-unknown = Diese Aktion gibt es hier nicht.

mail-actions_link-subject = Etwas zu tun für Ihr Konto bei {$gate}
mail-actions_link-lead = Sie werden gebeten, Ihr Konto bei {$gate} zu ergänzen. Dieser Link führt zu dem, was zu tun ist:
mail-actions_link-button = Konto ergänzen
mail-actions_link-note = Er gilt { $hours ->
    [0] { $minutes ->
        [one] eine Minute
       *[other] {$minutes} Minuten
    }
    [one] eine Stunde
   *[other] {$hours} Stunden
} und nur einmal. Wenn Sie nichts dergleichen erwartet haben, fragen Sie nach, wer {$gate} betreut, bevor Sie ihn öffnen.

## Die Konsole

console = Konsole
console-skip = Zum Inhalt springen
console-menu = Menü
console-nobody = Niemand angemeldet
console-open = Hier wird niemand gefragt, wer er ist: Wer diese Seite erreicht, darf alles.
console-people = Personen
console-search = Suchen
console-search-example = Adresse, Name oder ID
console-search-help = Jedes Wort ist ein Wortanfang; *Mitte* findet Teile, Anführungszeichen finden das Ganze, email:ada sucht in einem Feld.
console-search-trouble = Danach kann nicht gesucht werden. Wörter stehen einzeln, Anführungszeichen um ganze Wörter, und ein Name vor einem Doppelpunkt ist der eines Feldes.
console-list-trouble = Das kann nicht gezeigt werden. Bitte wählen Sie neu.
console-filters = Eingrenzen und sortieren
console-state = Zustand
console-address = Adresse
console-role = Rolle
console-roles = Rollen
console-linked-with = Verknüpft mit
console-schema = Schema
console-order = Reihenfolge
console-any = Beliebig
console-active = Aktiv
console-newest = Neueste zuerst
console-oldest = Älteste zuerst
console-changed-last = Zuletzt geänderte zuerst
console-changed-first = Am längsten unveränderte zuerst
console-created = Angelegt
console-created-from = Angelegt ab
console-created-until = Angelegt bis
console-show = Anzeigen
console-show-all = Alle zeigen
console-person = Person
console-parts = Teile der Liste
console-first = Anfang
console-previous = Zurück
console-next = Weiter
console-found = Gefundene Personen: {$count}
console-nobody-fits = Niemand passt dazu.
console-nobody-fits-help = Suchen Sie nach weniger Buchstaben, oder grenzen Sie die Liste weniger ein.
console-empty = Noch ist niemand hier.
console-empty-help = Personen erscheinen hier, wenn sie sich registrieren, von einem Anbieter kommen oder von der Verwaltung angelegt werden.
console-back = Zurück zur Konsole
console-open-it = Konsole öffnen
console-no-administrator = Sie gehören hier nicht zur Verwaltung, und nur für die ist die Konsole.
console-no-role-hint = Eine Administratorin oder ein Administrator kann Ihnen eine Rolle geben, ebenso der Befehl set-roles.
console-lacking = Dafür ist eine dieser Rollen nötig: {$roles}.
console-over = Sie sind nicht mehr an der Konsole angemeldet, darum wurde nichts geändert.
console-as-themselves = Die Verwaltung handelt nur als sie selbst. Hören Sie zuerst auf, als jemand anderes zu handeln.
console-begins-there = Die Anmeldung an der Konsole beginnt in der Konsole.
console-at = Die Konsole muss unter {$address} geöffnet werden, mit genau diesem Schema und Rechnernamen.
console-ended = Ihre Sitzung ist beendet, hier und am Gateway.
# User profile
console-profile-user-profile = Benutzerprofil
console-profile-text = Text
console-profile-whole-number = Ganze Zahl
console-profile-number = Zahl
console-profile-yes-or-no = Ja oder nein
console-profile-list-of-texts = Liste von Texten
console-profile-attributes-inside = Attribute darin
console-profile-anything = Beliebiges
console-profile-e-mail-address = E-Mail-Adresse
console-profile-telephone-number = Telefonnummer
console-profile-web-address = Webadresse
console-profile-date = Datum
console-profile-time-of-day = Uhrzeit
console-profile-date-and-time = Datum und Uhrzeit
console-profile-date-as-people-write-it = Datum, wie man es schreibt
console-profile-name-of-a-person = Name einer Person
console-profile-user-name = Benutzername
console-profile-latin-letters-only = Nur lateinische Buchstaben
console-profile-anything-although-it-is-verified = Beliebiges, obwohl es bestätigt wird
console-profile-by-e-mail = Per E-Mail
console-profile-by-text-message = Per SMS
console-profile-nobody-in-particular = Von niemandem besonders
console-profile-people-themselves = Von den Personen selbst
console-profile-administrators = Von der Verwaltung
console-profile-everybody-who-may-change-it = Von allen, die es ändern dürfen
console-profile-in-general = Allgemein
console-profile-title = Titel
console-profile-what-people-read-left-empty-the = Was man liest; leer: der Name.
console-profile-type = Typ
console-profile-group = Gruppe
console-profile-a-whole-number-the-least-stands = Eine ganze Zahl; die kleinste steht vorn.
console-profile-who-sees-and-changes-it = Wer es sieht und ändert
console-profile-people-see-it = Personen sehen es
console-profile-administrators-see-it = Die Verwaltung sieht es
console-profile-people-change-it = Personen ändern es
console-profile-administrators-change-it = Die Verwaltung ändert es
console-profile-whoever-changes-it-sees-it-too = Wer es ändert, sieht es auch.
console-profile-when-it-is-required = Wann es nötig ist
console-profile-always-required = Immer nötig
console-profile-forms-require-it-of = Formulare verlangen es
console-profile-only-with-one-of-these-scopes = Nur mit einem dieser Scopes
console-profile-apart-by-spaces-left-empty-always = Durch Leerzeichen getrennt; leer: immer.
console-profile-what-it-has-to-be = Wie es sein muss
console-profile-format = Format
console-profile-at-least = Mindestens
console-profile-characters-of-a-text-entries-of = Zeichen eines Textes, Einträge einer Liste; sonst die Zahl selbst.
console-profile-at-most = Höchstens
console-profile-pattern = Muster
console-profile-a-regular-expression = Ein regulärer Ausdruck.
console-profile-values-to-choose-from = Werte zur Auswahl
console-profile-one-a-line-left-empty-any = Einer je Zeile; leer: beliebige.
console-profile-signing-in-and-searching = Anmelden und Suchen
console-profile-people-sign-in-with-it = Man meldet sich damit an
console-profile-it-is-verified = Es wird bestätigt
console-profile-it-recovers-the-access = Es stellt den Zugang wieder her
console-profile-changing-it-needs-a-fresh-sign = Ändern verlangt eine frische Anmeldung
console-profile-administrators-search-by-it = Die Verwaltung sucht danach
console-profile-spaces-around-it-are-dropped = Leerzeichen darum fallen weg
console-profile-none = Keine
console-profile-something-else = Etwas anderes
console-profile-add-an-attribute = Attribut hinzufügen
console-profile-remove-an-attribute = Attribut entfernen
console-profile-remove-a-group = Gruppe entfernen
console-profile-attribute = Attribut
console-profile-required = Nötig
console-profile-sees-it = Sieht es
console-profile-changes-it = Ändert es
console-profile-move-up = Nach oben
console-profile-move-down = Nach unten
console-profile-signs-in = Meldet an
console-profile-is-verified = Wird bestätigt
console-profile-recovers = Stellt Zugang her
console-profile-searchable = Durchsuchbar
console-profile-protected = Geschützt
console-profile-from-people = Von Personen
console-profile-from-administrators = Von der Verwaltung
console-profile-from-everybody = Von allen
console-profile-optional = Freiwillig
console-profile-everybody = Alle
console-profile-they-themselves = Nur sie selbst
console-profile-administrators-only = Nur die Verwaltung
console-profile-nobody = Niemand
console-profile-somebody-else-saved-this-schema-meanwhile = Inzwischen hat jemand anders dieses Schema gespeichert, darum wurde nichts gespeichert. Was Sie geschrieben haben, steht noch hier: Sehen Sie es noch einmal an und speichern Sie es dann darüber.
console-profile-people-obey-it-so-it-stays = Personen richten sich danach, darum bleibt es.
console-profile-this-cannot-be-a-schema = Das kann kein Schema sein
console-profile-nothing-was-saved-people-would-not = Nichts wurde gespeichert: Personen würden nicht passen
console-profile-people-would-not-fit = Personen würden nicht passen
console-profile-everybody-would-fit = Alle würden passen
console-profile-people-who-obey-this-schema = Personen mit diesem Schema
console-profile-of-them-would-not-fit = Davon würden nicht passen
console-profile-would-lose-something-they-sign-in = Verlören etwas, womit sie sich anmelden
console-profile-could-not-sign-in-at-all = Könnten sich gar nicht mehr anmelden
console-profile-people-who-do-not-fit = Personen, die nicht passen
console-profile-of-them-have-no-value = Davon ohne Wert
console-profile-all-together = Alles zusammen
console-profile-saved-anyway-they-are-asked-for = Wird trotzdem gespeichert, wird nach Fehlendem bei der nächsten Anmeldung gefragt; was sonst nicht stimmt, wird dort auch gesagt.
console-profile-what-is-odd-in-it = Was daran auffällt
console-profile-nothing-is-odd-in-it = Nichts daran fällt auf.
console-profile-add-a-group = Gruppe hinzufügen
console-profile-heading = Überschrift
console-profile-attributes = Attribute
console-profile-there-is-no-group-yet = Es gibt noch keine Gruppe.
console-profile-forms-show-the-attributes-of-a = Formulare zeigen die Attribute einer Gruppe zusammen, unter ihrer Überschrift.
console-profile-all-schemas = Alle Schemas
console-profile-default = Standard
console-profile-ways-to-change-it = Wege, es zu ändern
console-profile-attribute-groups = Attributgruppen
console-profile-json-editor = JSON-Editor
console-profile-what-programs-call-it-it-stays = Wie Programme es nennen. Er bleibt; name.middle ist Teil von name.
console-profile-everything-else-that-the-schema-says = Alles andere, was das Schema dazu sagt, bleibt; der JSON-Editor zeigt es.
console-profile-add = Hinzufügen
console-profile-save-anyway = Trotzdem speichern
console-profile-back = Zurück
console-profile-it-stays-while-attributes-are-shown = Sie bleibt, solange Attribute in ihr stehen. Verschieben Sie zuerst:
console-profile-what-is-saved-now = Was jetzt gespeichert ist
console-profile-the-document-a-json-schema = Das Dokument, ein JSON-Schema
console-profile-check = Prüfen
console-profile-back-to-the-configuration = Zurück zur Konfiguration
console-profile-each-schema-says-what-is-known = Jedes Schema sagt, was man von Personen weiß, wer es sieht und ändert und was nötig ist.
console-profile-comes-from = Herkunft
console-profile-to-choose-when-registering = Beim Registrieren wählbar
console-profile-below-it = Darunter
console-profile-from-the-configuration = Aus der Konfiguration
console-profile-written-here = Hier geschrieben
console-profile-changed-here-over-the-configuration = Hier geändert, über der Konfiguration
console-profile-the-attribute-is-added = Das Attribut ist hinzugefügt.
console-profile-the-attribute-is-saved = Das Attribut ist gespeichert.
console-profile-the-attribute-is-removed = Das Attribut ist entfernt.
console-profile-the-order-is-saved = Die Reihenfolge ist gespeichert.
console-profile-the-group-is-saved = Die Gruppe ist gespeichert.
console-profile-the-group-is-removed = Die Gruppe ist entfernt.
console-profile-the-group-goes-no-attribute-does = Die Gruppe verschwindet, kein Attribut:
console-profile-the-schema-is-saved = Das Schema ist gespeichert.
console-profile-the-schema-is-removed = Das Schema ist entfernt.
console-profile-what-the-configuration-says-counts-again = Nun gilt wieder, was die Konfiguration sagt.
console-profile-what-was-changed-here-is-lost = Was hier geändert wurde, geht verloren; es gilt wieder, was die Konfiguration sagt:
console-profile-whoever-obeys-this-schema-has-to = Wer sich nach diesem Schema richtet, muss auch zu jenem passen.
console-profile-this-schema-is-removed = Dieses Schema wird entfernt:
console-profile-nobody-may-obey-it-any-more = Niemand darf sich mehr danach richten, bevor es geht.
console-profile-nobody-is-asked-for-it-or = Niemand wird mehr danach gefragt oder sieht es:
console-profile-their-values-stay-stored-where-the = Ihre Werte bleiben gespeichert. Wo das Schema nichts anderes erlaubt, passt nicht mehr dazu, wer einen hat.
console-profile-people-who-have-a-value = Personen mit einem Wert
console-profile-people-who-obey-it = Personen, die sich danach richten
console-profile-this-is-no-json-line-column = Das ist kein JSON: Zeile {$line}, Spalte {$column}.
console-profile-this-is-no-number-that-fits = Das ist keine Zahl, die hier passt.
console-profile-a-name-has-up-to-letters = Ein Name hat bis zu 64 Buchstaben, Ziffern, - und _; hinter einem Punkt gehört er zu einem anderen Attribut.
console-profile-there-is-an-attribute-of-this = Es gibt schon ein Attribut dieses Namens.
console-profile-there-is-no-attribute-of-this = Es gibt kein Attribut dieses Namens, das andere enthält.
console-profile-there-is-no-such-attribute-any = Dieses Attribut gibt es nicht mehr.
console-profile-a-group-has-a-name-of = Eine Gruppe hat einen Namen von bis zu 64 Zeichen.
console-profile-there-is-a-group-of-this = Es gibt schon eine Gruppe dieses Namens.
console-profile-there-is-no-such-group-any = Diese Gruppe gibt es nicht mehr.

## Mails: der Betreff, was zuerst gesagt wird, und was zuletzt. `gate` ist der Name des Gateways.
mail-recovery_code-subject = Ihr Code, um sich bei {$gate} wieder anzumelden
mail-recovery_code-lead = {$code} ist Ihr Code, um sich bei {$gate} wieder anzumelden.
mail-recovery_code-note = Er gilt { $minutes ->
    [one] eine Minute
   *[other] {$minutes} Minuten
} und nur einmal. Wenn Sie ihn nicht angefordert haben, geben Sie ihn niemandem, dann ändert sich nichts.
mail-recovery_link-subject = Ihr Link, um sich bei {$gate} wieder anzumelden
mail-recovery_link-lead = Mit diesem Link melden Sie sich bei {$gate} wieder an:
mail-recovery_link-button = Wieder anmelden
mail-recovery_link-note = Er gilt { $minutes ->
    [one] eine Minute
   *[other] {$minutes} Minuten
} und nur einmal. Wenn Sie ihn nicht angefordert haben, öffnen Sie ihn nicht, dann ändert sich nichts.
mail-verification_code-subject = Ihr Code für {$gate}
mail-verification_code-lead = {$code} ist der Code, der {$gate} zeigt, dass diese Adresse Ihnen gehört.
mail-verification_code-note = Er gilt { $minutes ->
    [one] eine Minute
   *[other] {$minutes} Minuten
} und nur einmal. Wenn Sie ihn nicht angefordert haben, geben Sie ihn niemandem: Vielleicht hat jemand anderes Ihre Adresse eingegeben.
mail-verification_link-subject = Bitte bestätigen Sie Ihre Adresse bei {$gate}
mail-verification_link-lead = Dieser Link zeigt {$gate}, dass diese Adresse Ihnen gehört:
mail-verification_link-button = Adresse bestätigen
mail-verification_link-note = Er gilt { $minutes ->
    [one] eine Minute
   *[other] {$minutes} Minuten
} und nur einmal. Wenn Sie ihn nicht angefordert haben, öffnen Sie ihn nicht: Vielleicht hat jemand anderes Ihre Adresse eingegeben.
mail-sign_in_code-subject = Ihr Code bei {$gate}
mail-sign_in_code-lead = {$code} ist Ihr Code bei {$gate}. Damit zeigen Sie dort noch einmal, wer Sie sind.
mail-sign_in_code-note = Er gilt { $minutes ->
    [one] eine Minute
   *[other] {$minutes} Minuten
} und nur einmal. Wenn Sie ihn nicht angefordert haben, versucht vielleicht jemand anderes, sich anzumelden: Geben Sie ihn niemandem, dann ändert sich nichts.
mail-link_code-subject = Ihr Code, um {$provider} bei {$gate} zu verknüpfen
mail-link_code-lead = {$code} ist Ihr Code bei {$gate}. Damit meldet Sie Ihr {$provider}-Konto dort von nun an an.
mail-link_code-note = Er gilt { $minutes ->
    [one] eine Minute
   *[other] {$minutes} Minuten
} und nur einmal. Wenn Sie ihn nicht angefordert haben, versucht vielleicht jemand anderes, sich anzumelden: Geben Sie ihn niemandem, dann ändert sich nichts.
mail-linked-subject = Ein Konto bei {$provider} wurde verknüpft
mail-linked-lead = Ein Konto bei {$provider} wurde mit Ihrem Konto bei {$gate} verknüpft und kann sich jetzt damit anmelden.
mail-linked-note = Wenn Sie das nicht waren, lösen Sie die Verknüpfung und ändern Sie Ihr Passwort:
mail-linked-button = Ihre Einstellungen
mail-unlinked-subject = Die Verknüpfung mit einem Konto bei {$provider} wurde gelöst
mail-unlinked-lead = Die Verknüpfung Ihres Kontos bei {$gate} mit einem Konto bei {$provider} wurde gelöst; es kann sich nicht mehr damit anmelden.
mail-unlinked-note = Wenn Sie das nicht waren, ändern Sie Ihr Passwort:
mail-unlinked-button = Ihre Einstellungen
mail-factors_changed-subject = Ihr zweiter Schritt bei {$gate} wurde geändert
mail-factors_changed-lead = Womit Sie sich bei {$gate} zusätzlich anmelden, wurde gerade geändert: Ein zweiter Schritt, ein Sicherheitsschlüssel oder ein Passkey kam hinzu oder wurde entfernt.
mail-factors_changed-note = Wenn Sie das nicht waren, ändern Sie sofort Ihr Passwort und entfernen Sie, was nicht Ihnen gehört:
mail-factors_changed-button = Ihre Einstellungen
mail-password_changed-subject = Ihr Passwort bei {$gate} wurde geändert
mail-password_changed-lead = Das Passwort Ihres Kontos bei {$gate} wurde gerade geändert.
mail-password_changed-note = Wenn Sie das nicht waren, verschaffen Sie sich sofort per E-Mail wieder Zugang und wählen Sie ein anderes:
mail-password_changed-button = Ihre Einstellungen
mail-address_changed-subject = Ihre Adresse bei {$gate} wurde geändert
mail-address_changed-lead = Die Adressen Ihres Kontos bei {$gate} wurden gerade geändert. E-Mails an Sie gehen von nun an vielleicht woandershin.
mail-address_changed-note = Wenn Sie das nicht waren, melden Sie sich an, machen Sie es rückgängig und wählen Sie ein anderes Passwort. Können Sie sich nicht mehr anmelden, wenden Sie sich an die Betreiber von {$gate}:
mail-address_changed-button = Ihre Einstellungen
mail-recovered-subject = Jemand hat wieder Zugang zu Ihrem Konto bei {$gate}
mail-recovered-lead = Jemand hat sich gerade mit einem Code oder Link aus einer E-Mail bei Ihrem Konto bei {$gate} angemeldet.
mail-recovered-note = Wenn Sie das nicht waren, liest jemand anderes Ihre E-Mails: Ändern Sie zuerst das Passwort Ihres Postfachs, dann das hiesige:
mail-recovered-button = Ihre Einstellungen
mail-new_device-subject = Eine neue Anmeldung bei Ihrem Konto bei {$gate}
mail-new_device-lead = Jemand hat sich gerade bei Ihrem Konto bei {$gate} angemeldet, von einem Ort und auf einem Gerät, die bisher nicht bekannt waren: {$device}.
mail-new_device-note = Wenn Sie das waren, ist nichts zu tun. Wenn nicht, ändern Sie sofort Ihr Passwort und beenden Sie die Sitzungen, die nicht Ihre sind:
mail-new_device-button = Ihre Einstellungen
mail-second_step_guessed-subject = Falsche zweite Schritte bei {$gate}
mail-second_step_guessed-lead = Jemand, der Ihr Passwort kennt oder sonst den ersten Schritt der Anmeldung bei Ihrem Konto bei {$gate} bestanden hat, hat sich beim zweiten Schritt zu oft geirrt. Nun ist eine Wartezeit nötig, jedes Mal eine längere.
mail-second_step_guessed-note = Wenn Sie das nicht waren, kennt jemand anderes Ihr Passwort: Ändern Sie es sofort.
mail-second_step_guessed-button = Ihre Einstellungen
