use std::fmt::{self, Write};

const HASHES: [&str; 2] = [
    r#""password_hash": "$2b$10$C9hB01.YxRSTcn/ZOOo4j.TW7xCKKFKBSF.C7E0xiUwumqIDqWUXG""#,
    r#""custom_password_hash": {"algorithm": "argon2", "hash": {"value": "$argon2id$v=19$m=65536,t=2,p=1$J6Q/82PCyaNpYKRELJyTZg$m04qUAB8rexWDR4+/0f+SFB+4XMFxt7YAvAq2UycYos"}}"#,
];

/// What one in a hundred has beside, to be asked for.
fn asked_for(index: usize) -> String {
    if index % 100 != 77 {
        return String::new();
    }
    format!(
        ", \"username\": \"name{index}\", \"phone_number\": \"+49301{index:07}\", \"waystation\": {{\"last_login\": \
         \"2026-03-01T12:00:00Z\", \"legacy\": {{\"source\": \"django\", \"id\": \"{index}\"}}}}"
    )
}

/// An array of users of about 400 bytes.
pub(crate) fn users(count: usize) -> Result<Vec<u8>, fmt::Error> {
    let mut text = String::from("[\n");
    for (index, hash) in (0..count).zip(HASHES.into_iter().cycle()) {
        write!(
            text,
            "{}{{\"user_id\": \"u{index:08}\", \"email\": \"user{index}@example.com\", \"email_verified\": true, \"name\": \
             \"Zoë {index} Müller\", \"given_name\": \"Zoë\", \"family_name\": \"Müller\", {hash}, \"user_metadata\": \
             {{\"note\": \"said \\\"hello\\\" to {index}\", \"lang\": \"de\"}}, \"app_metadata\": {{\"plan\": \"gold\"}}{}}}",
            if index == 0 { "" } else { ",\n" },
            asked_for(index)
        )?;
    }
    text.push_str("\n]\n");
    Ok(text.into_bytes())
}
