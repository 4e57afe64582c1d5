# Prints people as Ory Kratos exports them, one a line and the same ones each time: -v many=100000.
# Salts and hashes are made up, in the notation and of the length that argon2id has.

function word(length_, alphabet, text) {
    text = ""
    while (length_-- > 0) text = text substr(alphabet, int(rand() * length(alphabet)) + 1, 1)
    return text
}

function name(parts, text) {
    text = ""
    while (parts-- > 0) text = text syllables[int(rand() * count) + 1]
    return toupper(substr(text, 1, 1)) substr(text, 2)
}

BEGIN {
    srand(7)
    hex = "0123456789abcdef"
    base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    count = split("an be ca da el fi go ha in jo ka le ma no pe qui ra sa te ul vi wa xa yo za", syllables, " ")
    for (n = 0; n < many; n++) {
        id = word(8, hex) "-" word(4, hex) "-4" word(3, hex) "-8" word(3, hex) "-" word(12, hex)
        first = name(2)
        last = name(3)
        email = tolower(first) "." tolower(last) n "@example.com"
        # The last letter of each stands for fewer bits than six.
        hash = "$argon2id$v=19$m=19456,t=2,p=1$" word(21, base64) "A$" word(42, base64) "A"
        printf "{\"id\":\"%s\",\"schema_id\":\"default\",\"state\":\"active\",", id
        printf "\"traits\":{\"email\":\"%s\",\"name\":{\"first\":\"%s\",\"last\":\"%s\"}},", email, first, last
        printf "\"credentials\":{\"password\":{\"type\":\"password\",\"config\":{\"hashed_password\":\"%s\"}}},", hash
        printf "\"verifiable_addresses\":[{\"value\":\"%s\",\"via\":\"email\",\"verified\":true}]}\n", email
    }
}
