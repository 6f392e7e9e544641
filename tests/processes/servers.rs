//! The servers that other tests stand on.

use std::{env, net::TcpStream, path::Path, process::Command};

use sqlx::{Connection, Executor as _, MySqlConnection, PgConnection, Row as _};

use crate::{
    mysql::{MySqlServer, Product},
    postgres::PostgresServer,
};

#[tokio::test]
async fn a_postgres_server_survives_its_death_and_keeps_its_data() {
    let Some(mut server) = PostgresServer::start() else { return };
    let url = server.fresh_database().await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    connection.execute("CREATE TABLE kept AS SELECT 7 AS number").await.unwrap();
    server.kill();
    assert!(PgConnection::connect(&url).await.is_err());
    server.restart();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let kept = connection.fetch_one("SELECT number FROM kept").await.unwrap();
    assert_eq!(kept.get::<i32, _>(0), 7);
    assert_ne!(url, server.fresh_database().await);
}

#[tokio::test]
async fn a_mariadb_server_survives_its_death_and_keeps_its_data() {
    let Some(mut server) = MySqlServer::start(Product::MariaDb) else { return };
    let url = server.fresh_database().await;
    let mut connection = MySqlConnection::connect(&url).await.unwrap();
    connection.execute("CREATE TABLE kept AS SELECT 7 AS number").await.unwrap();
    server.kill();
    assert!(MySqlConnection::connect(&url).await.is_err());
    server.restart();
    let mut connection = MySqlConnection::connect(&url).await.unwrap();
    let kept = connection.fetch_one("SELECT number FROM kept").await.unwrap();
    assert_eq!(kept.get::<i32, _>(0), 7);
    assert_ne!(url, server.fresh_database().await);
}

/// What the test below runs in a process of its own, to see it die.
#[test]
fn dies_with_servers_running() {
    if env::var_os("WAYSTATION_DIE").is_none() {
        return;
    }
    let (Some(postgres), Some(mariadb)) = (PostgresServer::shared(), MySqlServer::mariadb()) else { return };
    println!("ports {} {}\nfolders {} {}", postgres.port(), mariadb.port(), postgres.folder(), mariadb.folder());
    std::process::abort();
}

#[test]
fn servers_and_their_folders_go_with_the_program_even_if_it_dies() {
    let program = env::current_exe().unwrap();
    let died = Command::new(program)
        .args(["dies_with_servers_running", "--nocapture"])
        .env("WAYSTATION_DIE", "yes")
        .output()
        .unwrap();
    let said = String::from_utf8(died.stdout).unwrap();
    let line = |name: &str| said.lines().find_map(|line| line.strip_prefix(name));
    let (Some(ports), Some(folders)) = (line("ports "), line("folders ")) else {
        assert!(said.contains("is not installed"), "{said}{}", String::from_utf8_lossy(&died.stderr));
        println!("{said}");
        return;
    };
    for port in ports.split(' ') {
        while TcpStream::connect(("127.0.0.1", port.parse().unwrap())).is_ok() {
            crate::server_process::pause();
        }
    }
    for folder in folders.split(' ') {
        while Path::new(folder).exists() {
            crate::server_process::pause();
        }
    }
}
