//! Servers that are down, slow, broken or not what they should be: never a verdict, and always the right class of error.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use waystation::{
    LegacyConnection,
    clock::{ManualClock, Timestamp},
    legacy::{LdapConnection, LdapConnectionBuilder, LegacyError, Verdict},
};

use super::{BASE, ask, directory, found, mapping, searching, username, verdicts::encrypted};
use crate::{
    scripted_ldap::{BIND, EXTENDED, SEARCH, ScriptedLdap, entry, result, tlv},
    slapd::Slapd,
};

/// Longer than any machine takes.
const PATIENCE: Duration = Duration::from_mins(1);

fn connection(url: String) -> LdapConnectionBuilder {
    LdapConnection::builder(url, BASE, mapping())
        .service_account("cn=service", "secret")
        .connect_limit(PATIENCE)
        .operation_limit(PATIENCE)
}

/// A connection that waits no longer than it takes to see that nothing comes.
fn impatient(url: String) -> LdapConnectionBuilder {
    let short = Duration::from_millis(300);
    connection(url).connect_limit(short).operation_limit(short)
}

/// What both questions end in.
async fn errors(legacy: &LdapConnection) -> [LegacyError; 2] {
    let asked = ask(legacy, &username("ada"), "correct horse").await;
    let found = legacy.find(&username("ada")).await;
    [asked.map(drop).unwrap_err(), found.map(drop).unwrap_err()]
}

async fn assert_unavailable(legacy: &LdapConnection, case: &str) {
    for error in errors(legacy).await {
        assert!(error.is_unavailable(), "{case}: {error}");
    }
}

#[tokio::test]
async fn a_server_that_is_down_is_an_outage_and_its_return_ends_it() {
    let Some(mut directory) = directory().unwrap() else { return };
    let legacy = searching(&directory).build().unwrap();
    for _ in 0..2 {
        assert!(matches!(ask(&legacy, &username("ada"), "correct horse").await, Ok(Verdict::Match(_))));
        directory.stop().unwrap();
        assert_unavailable(&legacy, "stopped").await;
        assert!(legacy.check().await.unwrap_err().is_unavailable());
        directory.resume().unwrap();
    }
    // The kept connection was closed behind its back: that alone is no outage.
    found(&legacy, "ada").await.unwrap();
    directory.stop().unwrap();
    directory.resume().unwrap();
    found(&legacy, "ada").await.unwrap();
}

#[tokio::test]
async fn a_server_that_never_answers_is_an_outage_once_its_time_is_up() {
    let silent = ScriptedLdap::serve(|stream: TcpStream| async move {
        // Open, and silent, for as long as the other side likes.
        let mut stream = stream;
        while stream.read(&mut [0; 1_024]).await? > 0 {}
        Ok(())
    });
    let silent = silent.await.unwrap();
    for (scheme, has_tls) in [("ldap", false), ("ldap", true), ("ldaps", true)] {
        let clock = ManualClock::at(Timestamp::default());
        let mut builder = connection(silent.url(scheme)).clock(Arc::new(clock.clone()));
        if !has_tls {
            builder = builder.without_tls();
        }
        let legacy = builder.build().unwrap();
        let asked = tokio::spawn(async move { errors(&legacy).await });
        while !asked.is_finished() {
            if clock.sleepers() > 0 {
                clock.advance(Duration::from_secs(1));
            }
            tokio::task::yield_now().await;
        }
        for error in asked.await.unwrap() {
            assert!(error.is_unavailable(), "{scheme}: {error}");
        }
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_is_an_outage() {
    let resetting = ScriptedLdap::serve(|stream: TcpStream| async move {
        stream.set_zero_linger()?;
        drop(stream);
        Ok(())
    });
    let closing = ScriptedLdap::serve(|mut stream: TcpStream| async move {
        let _request = stream.read(&mut [0; 1_024]).await?;
        stream.shutdown().await
    });
    for (case, server) in [("resets", resetting.await.unwrap()), ("closes", closing.await.unwrap())] {
        assert_unavailable(&connection(server.url("ldap")).without_tls().build().unwrap(), case).await;
        for scheme in ["ldap", "ldaps"] {
            // The client goes on waiting for an answer to StartTLS that cannot come any more.
            let legacy = impatient(server.url(scheme)).build().unwrap();
            assert_unavailable(&legacy, case).await;
        }
    }
}

#[tokio::test]
async fn an_answer_that_ends_in_the_middle_is_an_outage() {
    let whole = tlv(0x30, &[tlv(0x02, &[1]), result(0x61, 0, "")].concat());
    for end in [1, 5, whole.len() - 1] {
        let part = whole[..end].to_vec();
        let server = ScriptedLdap::serve(move |mut stream: TcpStream| {
            let part = part.clone();
            async move {
                let _request = stream.read(&mut [0; 1_024]).await?;
                stream.write_all(&part).await?;
                stream.shutdown().await
            }
        });
        let server = server.await.unwrap();
        assert_unavailable(&connection(server.url("ldap")).without_tls().build().unwrap(), "half an answer").await;
    }
}

#[tokio::test]
async fn what_is_not_ldap_is_an_outage_and_ends_nobodys_task() {
    let bind_result = |content: &[u8]| tlv(0x30, &[tlv(0x02, &[1]), tlv(0x61, content)].concat());
    let junk: [Vec<u8>; 9] = [
        b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
        vec![0xff; 64],
        vec![0x30, 0],
        vec![0x30, 3, 0x02, 1, 1],
        vec![0x04, 3, 1, 2, 3],
        bind_result(b""),
        bind_result(&tlv(0x0a, &[0])),
        bind_result(&[tlv(0x0a, &[0]), tlv(0x04, b"\xff"), tlv(0x04, b"\xff")].concat()),
        tlv(0x30, &[tlv(0x02, &[1]), result(0x61, 0, ""), tlv(0xa0, &tlv(0x30, &[0x05, 0]))].concat()),
    ];
    for (number, junk) in junk.into_iter().enumerate() {
        let server = ScriptedLdap::serve(move |mut stream: TcpStream| {
            let junk = junk.clone();
            async move {
                let _request = stream.read(&mut [0; 1_024]).await?;
                stream.write_all(&junk).await?;
                while stream.read(&mut [0; 1_024]).await? > 0 {}
                io::Result::Ok(())
            }
        });
        let server = server.await.unwrap();
        // Some junk looks like the beginning of something, and is waited for.
        let legacy = impatient(server.url("ldap")).without_tls().build().unwrap();
        assert_unavailable(&legacy, &format!("junk {number}")).await;
    }
}

#[tokio::test]
async fn a_search_that_is_answered_with_nonsense_is_no_answer() {
    type Answer = fn() -> Vec<Vec<u8>>;
    let cases: [(&str, Answer, &str); 5] = [
        ("an entry that is none", || vec![tlv(0x64, &tlv(0x04, b"cn=ada")), result(0x65, 0, "")], "malformed"),
        ("more entries than asked for", || (0..20).map(|_| entry("cn=ada", &[])).collect(), "malformed"),
        ("another operation", || vec![result(0x61, 0, "")], "unavailable"),
        ("busy", || vec![result(0x65, 51, "")], "unavailable"),
        ("elsewhere", || vec![result(0x65, 10, "")], "misconfigured"),
    ];
    for (case, answer, class) in cases {
        let server = ScriptedLdap::start(move |operation, _| match operation {
            BIND => vec![result(0x61, 0, "")],
            SEARCH => answer(),
            _ => vec![],
        });
        let server = server.await.unwrap();
        let legacy = connection(server.url("ldap")).without_tls().build().unwrap();
        for error in errors(&legacy).await {
            assert_eq!(error.as_str(), class, "{case}: {error}");
        }
    }
}

#[tokio::test]
async fn a_server_without_tls_is_a_wrong_set_up_and_is_told_no_password() {
    let refusing = ScriptedLdap::start(|operation, _| match operation {
        EXTENDED => vec![result(0x78, 2, "unsupported extended operation")],
        _ => panic!("it was asked without TLS"),
    });
    let refusing = refusing.await.unwrap();
    let no_tls = ScriptedLdap::serve(|mut stream: TcpStream| async move {
        let _request = stream.read(&mut [0; 1_024]).await?;
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await
    });
    let no_tls = no_tls.await.unwrap();
    for (legacy, part) in
        [(connection(refusing.url("ldap")), "refuses StartTLS"), (connection(no_tls.url("ldaps")), "speaks no TLS")]
    {
        for error in errors(&legacy.build().unwrap()).await {
            assert!(matches!(&error, LegacyError::Misconfigured { what, .. } if what.contains(part)), "{error}");
        }
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_a_wrong_set_up() {
    let Some(directory) = directory().unwrap() else { return };
    let another = Slapd::start("").unwrap();
    for url in [directory.url(), directory.tls_url()] {
        let stranger = encrypted(&another, url.clone()).unwrap();
        // Trusted, and for another name.
        let by_name = encrypted(&directory, url.replace("127.0.0.1", "localhost")).unwrap();
        for legacy in [stranger, by_name, connection(url).build().unwrap()] {
            for error in errors(&legacy).await {
                let is_named =
                    matches!(&error, LegacyError::Misconfigured { what, .. } if what.contains("not trusted"));
                assert!(is_named, "{error}");
            }
        }
    }
}

#[tokio::test]
async fn a_question_that_is_dropped_does_not_leave_a_silent_connection_behind() {
    let Some(directory) = directory().unwrap() else { return };
    let legacy = Arc::new(searching(&directory).build().unwrap());
    found(&legacy, "ada").await.unwrap();
    for _ in 0..20 {
        let asking = tokio::spawn({
            let legacy = Arc::clone(&legacy);
            async move { found(&legacy, "ada").await }
        });
        tokio::task::yield_now().await;
        asking.abort();
    }
    found(&legacy, "ada").await.unwrap();
}
