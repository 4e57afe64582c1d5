//! An authenticator made of software, with the browser in front of it. Everything it says can be bent.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as TEXT};
use ciborium::{Value as Cbor, cbor};
use ring::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
        RsaKeyPair, RsaPublicKeyComponents,
    },
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(super) const PRESENT: u8 = 0x01;
pub(super) const VERIFIED: u8 = 0x04;
pub(super) const BACKED_UP: u8 = 0x10;
const KEY: u8 = 0x40;
pub(super) const EXTENSIONS: u8 = 0x80;

/// A key of 2048 bits that was made for these stories and is good for nothing else.
const RSA: &[u8] = include_bytes!("rsa.der");

enum Secret {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(Box<RsaKeyPair>),
}

pub(super) struct Authenticator {
    secret: Secret,
    random: SystemRandom,
    pub(super) id: Vec<u8>,
    /// Whose key it is; keys that are not discoverable do not know.
    pub(super) user_handle: Option<Vec<u8>>,
    pub(super) flags: u8,
    pub(super) count: u32,
    pub(super) origin: String,
    /// In place of the host that is asked for.
    pub(super) rp_id: Option<String>,
    /// In place of the challenge that is asked for.
    pub(super) challenge: Option<String>,
    /// In place of the ceremony that is gone through.
    pub(super) ceremony: Option<&'static str>,
    /// More members of what the browser says.
    pub(super) said: Value,
    /// What follows the data of the authenticator.
    pub(super) tail: Vec<u8>,
    /// What its maker says of it.
    pub(super) attestation: (&'static str, Cbor),
    /// The algorithm that its key says it is of, in place of its own.
    pub(super) algorithm: Option<i64>,
}

impl Authenticator {
    pub(super) fn new() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
        Self::with(Secret::P256(pair))
    }

    pub(super) fn ed25519() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
        Self::with(Secret::Ed25519(pair))
    }

    pub(super) fn rsa() -> Self {
        Self::with(Secret::Rsa(Box::new(RsaKeyPair::from_der(RSA).unwrap())))
    }

    fn with(secret: Secret) -> Self {
        let random = SystemRandom::new();
        let id = ring::rand::generate::<[u8; 20]>(&random).unwrap().expose();
        Self {
            secret,
            random,
            id: id.to_vec(),
            user_handle: None,
            flags: PRESENT | VERIFIED,
            count: 0,
            origin: super::ORIGIN.to_owned(),
            rp_id: None,
            challenge: None,
            ceremony: None,
            said: json!({ "crossOrigin": false }),
            tail: Vec::new(),
            attestation: ("none", Cbor::Map(Vec::new())),
            algorithm: None,
        }
    }

    /// Makes a key for these options, and says what the page's script would send.
    pub(super) fn create(&mut self, options: &Value) -> String {
        let options = &options["publicKey"];
        let handle = options["user"]["id"].as_str().unwrap();
        self.user_handle = Some(TEXT.decode(handle).unwrap());
        let mut data = self.data(options["rp"]["id"].as_str().unwrap(), KEY);
        data.extend_from_slice(&[9; 16]);
        data.extend_from_slice(&u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend_from_slice(&self.id);
        data.extend_from_slice(&bytes(&self.public_key()));
        data.extend_from_slice(&self.tail);
        let (format, statement) = self.attestation.clone();
        let object =
            cbor!({ "fmt" => format, "attStmt" => statement, "authData" => Cbor::Bytes(data) });
        let said = self.says("webauthn.create", options);
        self.sent(&json!({
            "clientDataJSON": TEXT.encode(said),
            "attestationObject": TEXT.encode(bytes(&object.unwrap())),
            "transports": ["usb", "telepathy"],
        }))
    }

    /// Signs these options' challenge, and says what the page's script would send.
    pub(super) fn get(&mut self, options: &Value) -> String {
        let options = &options["publicKey"];
        self.count += u32::from(self.count > 0);
        let mut data = self.data(options["rpId"].as_str().unwrap(), 0);
        data.extend_from_slice(&self.tail);
        let said = self.says("webauthn.get", options);
        let mut message = data.clone();
        message.extend_from_slice(&Sha256::digest(&said));
        let handle = self.user_handle.as_ref();
        self.sent(&json!({
            "clientDataJSON": TEXT.encode(said),
            "authenticatorData": TEXT.encode(data),
            "signature": TEXT.encode(self.sign(&message)),
            "userHandle": handle.map(|handle| TEXT.encode(handle)),
        }))
    }

    fn sent(&self, response: &Value) -> String {
        let id = TEXT.encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response }).to_string()
    }

    fn says(&self, ceremony: &str, options: &Value) -> Vec<u8> {
        let mut said = self.said.clone();
        said["type"] = json!(self.ceremony.unwrap_or(ceremony));
        said["challenge"] = match &self.challenge {
            Some(other) => json!(other),
            None => options["challenge"].clone(),
        };
        said["origin"] = json!(self.origin);
        said.to_string().into_bytes()
    }

    fn data(&self, rp_id: &str, more: u8) -> Vec<u8> {
        let rp_id = self.rp_id.as_deref().unwrap_or(rp_id);
        let mut data = Sha256::digest(rp_id.as_bytes()).to_vec();
        data.push(self.flags | more);
        data.extend_from_slice(&self.count.to_be_bytes());
        data
    }

    fn public_key(&self) -> Cbor {
        let (kind, algorithm, members): (i64, i64, Vec<(i64, Cbor)>) = match &self.secret {
            Secret::P256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                let point = vec![(-1, 1.into()), (-2, x.into()), (-3, y.into())];
                (2, -7, point)
            }
            Secret::Ed25519(pair) => {
                let x = pair.public_key().as_ref();
                (1, -8, vec![(-1, 6.into()), (-2, x.into())])
            }
            Secret::Rsa(pair) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
                (3, -257, vec![(-1, public.n.into()), (-2, public.e.into())])
            }
        };
        let algorithm = self.algorithm.unwrap_or(algorithm);
        let all = [(1, kind.into()), (3, algorithm.into())].into_iter();
        let all = all.chain(members).map(|(name, value)| (name.into(), value));
        Cbor::Map(all.collect())
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.secret {
            Secret::P256(pair) => pair.sign(&self.random, message).unwrap().as_ref().to_vec(),
            Secret::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Secret::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &self.random, message, &mut signature)
                    .unwrap();
                signature
            }
        }
    }
}

pub(super) fn bytes(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}
