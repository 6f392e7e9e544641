//! The suite for connection authors, over the contract of this crate: plain, sealed, guarded, and by user name.

use waystation::{
    SecretKey,
    conformance::connection::{Sample, Subject},
    connection_conformance,
    identifier::IdentifierError,
    legacy::{Guard, HttpConnection, HttpConnectionBuilder},
};

use super::{
    shop::{self, KEY, TOKEN},
    stand_in::{StandIn, name},
};

fn legacy(shop: &StandIn) -> HttpConnectionBuilder {
    HttpConnection::waystation(format!("{}/users/", shop.url))
        .source("shop")
        .bearer(TOKEN)
        .with_directory()
        .with_writer()
}

fn zoe() -> Result<Sample, IdentifierError> {
    Ok(Sample::parse("Zoë.Brontë@Example.com", "correct horse")?.blocked(name("mallory@example.com"), "let me in"))
}

connection_conformance!(of_a_shop, {
    let shop = shop::open().await;
    Subject::new(legacy(&shop).build()?, zoe()?).keeping(shop)
});

connection_conformance!(of_a_user_name, {
    let shop = shop::open().await;
    Subject::new(legacy(&shop).build()?, Sample::parse("ada", "notes")?).keeping(shop)
});

connection_conformance!(of_a_shop_that_opens_sealed_passwords, {
    let shop = shop::open().await;
    let legacy = legacy(&shop).seal_passwords("2026-11", SecretKey::from_bytes(KEY)).build()?;
    Subject::new(legacy, zoe()?).keeping(shop)
});

connection_conformance!(of_a_guarded_shop, {
    let shop = shop::open().await;
    Subject::new(Guard::new(legacy(&shop).build()?), zoe()?).keeping(shop)
});
