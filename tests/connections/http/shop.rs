//! A shop that speaks this crate's contract, as `src/guide/http_contract.md` has it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use base64ct::{Base64UrlUnpadded, Encoding};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde_json::{Value, json};
use waystation::{
    IdentifierRules,
    identifier::{IdentifierKind, StandardRules},
};

use super::stand_in::{Asked, Reply, StandIn};

pub(super) const TOKEN: &str = "shop-token-0123456789";
pub(super) const KEY: [u8; 32] = [42; 32];

#[derive(Debug, Default)]
struct Shop {
    people: BTreeMap<String, Person>,
    next_id: u32,
}

#[derive(Clone, Debug)]
struct Person {
    user: Value,
    password: String,
}

pub(super) async fn open() -> StandIn {
    let mut shop = Shop { next_id: 100, ..Shop::default() };
    shop.add(
        json!({
            "id": "customer-17", "email": "Zoë.Brontë@Example.com", "email_verified": true, "name": "Zoë Brontë",
            "created_at": "2019-04-02T08:15:30Z", "login_count": 12, "app_metadata": {"plan": "gold"},
            "mfa_factors": [{"kind": "totp", "value": "JBSWY3DPEHPK3PXP"}],
            "identities": [{"provider": "google-oauth2", "subject": "11"}],
        }),
        "correct horse",
    );
    shop.add(json!({"id": "customer-18", "email": "mallory@example.com", "blocked": true}), "let me in");
    shop.add(json!({"id": "customer-19", "username": "ada", "email": "ada@example.com"}), "notes");
    let shop = Arc::new(Mutex::new(shop));
    StandIn::start(move |asked| shop.lock().unwrap().answer(asked)).await
}

impl Shop {
    fn add(&mut self, user: Value, password: &str) {
        let id = user["id"].as_str().unwrap_or_default().to_owned();
        self.people.insert(id, Person { user, password: password.to_owned() });
    }

    fn answer(&mut self, asked: &Asked) -> Reply {
        if asked.header("authorization") != Some(&format!("Bearer {TOKEN}")) {
            return Reply::json(401, json!({}));
        }
        let mut question = asked.json();
        let nonce = question["password_jwe"].as_str().map(open_sealed);
        if let Some(content) = &nonce {
            question["password"] = content["password"].clone();
        }
        let mut answer = match asked.line.strip_prefix("POST /users/") {
            Some("authenticate") => self.authenticate(&question),
            Some("find") => match self.who(&question) {
                Some(id) => json!({"result": "found", "user": self.people[&id].user}),
                None => json!({"result": "not_found"}),
            },
            Some("count") => json!({"count": self.people.len()}),
            Some("scan") => self.scan(&question),
            Some("create") => self.create(&question),
            Some("delete") => {
                self.people.remove(question["id"].as_str().unwrap_or_default());
                json!({"result": "gone"})
            }
            Some(change) => self.change(change, &question),
            None => return Reply::json(404, json!({})),
        };
        if let Some(content) = nonce {
            answer["nonce"] = content["nonce"].clone();
        }
        Reply::json(200, answer)
    }

    /// Whom a question is about: by id if there is one, else by identifier.
    fn who(&self, question: &Value) -> Option<String> {
        if let Some(id) = question["id"].as_str() {
            return self.people.contains_key(id).then(|| id.to_owned());
        }
        let (kind, normal) = (question["identifier"]["kind"].as_str()?, question["identifier"]["normal"].as_str()?);
        let found = self.people.iter().find(|(_, person)| normal_form(&person.user, kind).as_deref() == Some(normal));
        found.map(|(id, _)| id.clone())
    }

    fn authenticate(&self, question: &Value) -> Value {
        let Some(id) = self.who(question) else { return json!({"result": "not_found"}) };
        let person = &self.people[&id];
        if question["password"] != person.password.as_str() {
            json!({"result": "mismatch"})
        } else if person.user["blocked"] == true {
            json!({"result": "blocked"})
        } else {
            json!({"result": "match", "user": person.user})
        }
    }

    fn scan(&self, question: &Value) -> Value {
        let after = question["after"].as_str().unwrap_or_default();
        let limit = question["limit"].as_u64().unwrap_or(0);
        let users = self.people.iter().filter(|(id, _)| id.as_str() > after).map(|(_, person)| &person.user);
        json!({"users": users.take(usize::try_from(limit).unwrap_or(usize::MAX)).collect::<Vec<_>>()})
    }

    fn create(&mut self, question: &Value) -> Value {
        let mut user = question["user"].clone();
        let taken = ["email", "phone", "username"].iter().find_map(|kind| {
            let normal = normal_form(&user, kind)?;
            self.who(&json!({"identifier": {"kind": kind, "normal": normal}}))
        });
        let id = taken.unwrap_or_else(|| {
            self.next_id += 1;
            format!("customer-{}", self.next_id)
        });
        user["id"] = id.clone().into();
        self.add(user, question["password"].as_str().unwrap_or_default());
        json!({"result": "done", "id": id})
    }

    fn change(&mut self, change: &str, question: &Value) -> Value {
        let Some(id) = self.who(question) else { return json!({"result": "gone"}) };
        if change == "change-email" {
            let email = normal_form(question, "email");
            let owner = self.who(&json!({"identifier": {"kind": "email", "normal": email}}));
            if owner.is_some_and(|owner| owner != id) {
                return json!({"result": "refused"});
            }
        }
        let Some(person) = self.people.get_mut(&id) else { return json!({"result": "gone"}) };
        match change {
            "verify-email" => person.user["email_verified"] = true.into(),
            "change-password" => person.password = question["password"].as_str().unwrap_or_default().to_owned(),
            "change-email" => {
                person.user["email"] = question["email"].clone();
                person.user["email_verified"] = question["email_verified"].clone();
            }
            _ => return json!({"result": "refused"}),
        }
        json!({"result": "done"})
    }
}

fn normal_form(user: &Value, kind: &str) -> Option<String> {
    let kinds = IdentifierKind::ALL.into_iter();
    let kind = kinds.clone().find(|known| known.as_str() == kind)?;
    let text = user[kind.as_str()].as_str()?;
    StandardRules::new().parse_as(kind, text).ok().map(|identifier| identifier.normal().to_owned())
}

/// Opens a JWE as the guide describes it: `{"password", "nonce"}`, or nothing.
fn open_sealed(jwe: &str) -> Value {
    let parts: Vec<_> = jwe.split('.').collect();
    let [header, "", iv, content, tag] = parts[..] else { return Value::Null };
    let bytes = |part| Base64UrlUnpadded::decode_vec(part).unwrap_or_default();
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &KEY).unwrap());
    let mut content = [bytes(content), bytes(tag)].concat();
    let iv = Nonce::try_assume_unique_for_key(&bytes(iv)).unwrap();
    let content = key.open_in_place(iv, Aad::from(header.as_bytes()), &mut content);
    content.ok().and_then(|content| serde_json::from_slice(content).ok()).unwrap_or_default()
}
