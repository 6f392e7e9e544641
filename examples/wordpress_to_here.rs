//! A person of a WordPress site logs in and is moved.
//!
//! `cargo run --example wordpress_to_here` makes a small site's user tables in a temporary SQLite file, as WordPress
//! has them with its plug-in *SQLite Database Integration*. A site over MySQL or MariaDB, which most are, differs in one
//! line: `WordPress::new().mysql("mysql://reader:secret@localhost/wordpress", passwords)?`.

use std::{error::Error, sync::Arc};

use waystation::{
    LazyMigrator, LogIn, LogInOutcome, MemoryStore, Migrator, Passwords, UserStore,
    legacy::{Guard, preset::WordPress},
    migrator::Origin,
    store::Key,
};

/// Ada chose her password with WordPress 6.1, Grace hers with 6.8.
const SITE: &str = "
    CREATE TABLE wp_users (
        ID INTEGER PRIMARY KEY, user_login TEXT, user_pass TEXT, user_nicename TEXT, user_email TEXT, user_url TEXT,
        user_registered TEXT, user_activation_key TEXT, user_status INTEGER, display_name TEXT
    );
    CREATE TABLE wp_usermeta (umeta_id INTEGER PRIMARY KEY, user_id INTEGER, meta_key TEXT, meta_value TEXT);
    INSERT INTO wp_users (ID, user_login, user_pass, user_email, user_registered, display_name) VALUES
        (1, 'ada', '$P$Bnbqfw4lIo/5Am.5sAigGKQhNn9jRS.', 'ada@example.com', '2019-04-02 08:15:30', 'Ada Lovelace'),
        (2, 'grace', '$wp$2y$04$uySQyv1vxrt810CIvy9Qu.F5vDjUHjvzjcFdWeIao6ll/lYkxNb5a', 'grace@example.com',
            '0000-00-00 00:00:00', 'Grace Hopper');
    INSERT INTO wp_usermeta (user_id, meta_key, meta_value) VALUES
        (1, 'first_name', 'Ada'), (1, 'last_name', 'Lovelace'), (1, 'wp_capabilities', 'a:1:{s:6:\"editor\";b:1;}');
";
const PASSWORD: &str = "correct horse battery staple";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let site = folder.path().join("wordpress.sqlite");
    rusqlite::Connection::open(&site)?.execute_batch(SITE)?;

    let passwords = Arc::new(Passwords::builder().build()?);
    let legacy = WordPress::new().sqlite(&site, Arc::clone(&passwords)).build();
    // Says which table or column is missing, before anybody logs in.
    legacy.check().await?;
    let store = Arc::new(MemoryStore::new());
    let migrator = LazyMigrator::builder(store.clone(), Arc::new(Guard::new(legacy))).passwords(passwords).build()?;

    for (name, password) in [("ada", "a guess"), ("Ada@Example.com", PASSWORD), ("ada", PASSWORD), ("grace", PASSWORD)]
    {
        match migrator.log_in(LogIn::new(name, password)).await? {
            LogInOutcome::Authenticated(session) => {
                let moved = if session.origin == Origin::Migrated { "moved" } else { "here already" };
                println!("{name}: in, {moved}");
            }
            LogInOutcome::Refused(reason) => println!("{name}: refused ({})", reason.as_str()),
        }
    }
    migrator.settled().await;

    let ada = waystation::identifier::StandardRules::new();
    let ada = waystation::IdentifierRules::parse(&ada, "ada@example.com")?;
    let ada = store.find(Key::Identifier(&ada)).await?.into_user().ok_or("Ada was not moved")?;
    println!("\n{:#?}", ada.profile);
    Ok(())
}
