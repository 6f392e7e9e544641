//! A private, throw-away OpenLDAP server.

use std::{
    fs,
    io::{self, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use tempfile::TempDir;

/// The entry that everything is under, and the account that may read and change it all.
pub(crate) const SUFFIX: &str = "dc=example,dc=com";
pub(crate) const SERVICE: &str = "cn=service,dc=example,dc=com";
pub(crate) const SERVICE_PASSWORD: &str = "the password of the service";

/// Beside the standard schema: what customers of a web shop have.
const CONFIGURATION: &str = r#"
attributetype ( 1.3.6.1.4.1.32473.1.1 NAME 'emailVerified'
  EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.32473.1.2 NAME 'accountClosed'
  EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.32473.1.3 NAME 'lastVisit'
  EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.32473.1.4 NAME 'oldName' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 )
objectclass ( 1.3.6.1.4.1.32473.2.1 NAME 'customer'
  SUP top AUXILIARY MAY ( emailVerified $ accountClosed $ lastVisit $ oldName ) )
modulepath MODULES
moduleload back_mdb
moduleload ppolicy
TLSCACertificateFile FOLDER/ca.pem
TLSCertificateFile FOLDER/server.pem
TLSCertificateKeyFile FOLDER/server.key
database mdb
suffix "dc=example,dc=com"
rootdn "cn=admin,dc=example,dc=com"
directory FOLDER/data
maxsize 67108864
index objectClass,entryUUID,uid,mail eq
limits dn.exact="cn=service,dc=example,dc=com" size=unlimited
overlay ppolicy
ppolicy_default "cn=default,ou=policies,dc=example,dc=com"
ppolicy_use_lockout
access to attrs=userPassword by dn.exact="cn=service,dc=example,dc=com" write by anonymous auth by * none
access to * by dn.exact="cn=service,dc=example,dc=com" write by self read by * none
"#;

const TREE: &str = "dn: dc=example,dc=com
objectClass: dcObject
objectClass: organization
o: Example

dn: cn=service,dc=example,dc=com
objectClass: applicationProcess
objectClass: simpleSecurityObject
cn: service
userPassword: the password of the service

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit

dn: ou=groups,dc=example,dc=com
objectClass: organizationalUnit

dn: ou=policies,dc=example,dc=com
objectClass: organizationalUnit

dn: cn=default,ou=policies,dc=example,dc=com
objectClass: applicationProcess
objectClass: pwdPolicy
pwdAttribute: userPassword

";

/// A server on a free port of this machine. Its files go, and it ends, when this is dropped.
#[derive(Debug)]
pub(crate) struct Slapd {
    process: Option<Child>,
    folder: TempDir,
    port: u16,
    tls_port: u16,
}

impl Slapd {
    /// Whether there is a server that could be started. That there is none fails where everything has to be there, and
    /// is said elsewhere.
    pub(crate) fn is_installed() -> bool {
        let is_installed = program("slapd").is_some();
        if !is_installed {
            assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "no slapd: install OpenLDAP's server");
            // Not by `eprintln`, which nobody sees of a test that passes.
            let _unheard = writeln!(io::stderr(), "skipped: slapd is not installed");
        }
        is_installed
    }

    /// Starts a server with these entries, in LDIF, beside its tree.
    pub(crate) fn start(people: &str) -> io::Result<Self> {
        let folder = TempDir::new()?;
        let path = folder.path();
        fs::create_dir(path.join("data"))?;
        certificates(path)?;
        fs::write(path.join("slapd.conf"), configuration(path)?)?;
        fs::write(path.join("people.ldif"), format!("{TREE}{people}"))?;
        run(Command::new(required("slapadd")?).current_dir(path).args([
            "-q",
            "-f",
            "slapd.conf",
            "-l",
            "people.ldif",
        ]))?;
        let mut server = Self { process: None, port: free_port()?, tls_port: free_port()?, folder };
        server.resume()?;
        Ok(server)
    }

    /// Ends the server, and leaves its data and its address.
    pub(crate) fn stop(&mut self) -> io::Result<()> {
        if let Some(mut process) = self.process.take() {
            process.kill()?;
            process.wait()?;
        }
        Ok(())
    }

    /// Starts the server again, where it was and with what it had.
    pub(crate) fn resume(&mut self) -> io::Result<()> {
        let process = Command::new(required("slapd")?)
            .current_dir(self.folder.path())
            .args(["-d", "0", "-f", "slapd.conf", "-h", &format!("{}/ {}/", self.url(), self.tls_url())])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        self.process = Some(process);
        for port in [self.port, self.tls_port] {
            self.wait_for(port)?;
        }
        Ok(())
    }

    fn wait_for(&mut self, port: u16) -> io::Result<()> {
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if let Some(process) = &mut self.process
                && let Some(status) = process.try_wait()?
            {
                return Err(io::Error::other(format!("slapd ended with {status}")));
            }
            pause();
        }
        Ok(())
    }

    pub(crate) fn url(&self) -> String {
        format!("ldap://127.0.0.1:{}", self.port)
    }

    pub(crate) fn tls_url(&self) -> String {
        format!("ldaps://127.0.0.1:{}", self.tls_port)
    }

    /// The certificate of the authority that the server's own is from.
    pub(crate) fn authority(&self) -> io::Result<Vec<u8>> {
        fs::read(self.folder.path().join("ca.pem"))
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        // It has ended by itself already, if this fails.
        let _ended = self.stop();
    }
}

#[expect(clippy::disallowed_methods, reason = "waits for another process")]
fn pause() {
    thread::sleep(Duration::from_millis(10));
}

fn configuration(folder: &Path) -> io::Result<String> {
    let schemas = ["/etc/ldap/schema", "/etc/openldap/schema"].map(Path::new).into_iter().find(|path| path.is_dir());
    let schemas = schemas.ok_or_else(|| io::Error::other("there is no schema of OpenLDAP"))?;
    let modules = ["/usr/lib/ldap", "/usr/lib64/openldap", "/usr/lib/openldap"];
    let modules = modules.into_iter().find(|path| Path::new(path).is_dir()).unwrap_or("/usr/lib/ldap");
    let mut configuration = String::new();
    for schema in ["core", "cosine", "inetorgperson", "nis"] {
        configuration.extend(["include ", &schemas.display().to_string(), "/", schema, ".schema\n"]);
    }
    let folder = folder.display().to_string();
    Ok(configuration + &CONFIGURATION.replace("FOLDER", &folder).replace("MODULES", modules))
}

/// An authority, and a certificate from it for this machine.
fn certificates(folder: &Path) -> io::Result<()> {
    const KEY: [&str; 5] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    let openssl = || {
        let mut command = Command::new("openssl");
        command.current_dir(folder);
        command
    };
    fs::write(folder.join("server.ext"), "subjectAltName=IP:127.0.0.1\n")?;
    run(openssl()
        .args(["req", "-x509"])
        .args(KEY)
        .args(["-days", "2", "-subj", "/CN=Throw-away authority"])
        .args(["-keyout", "ca.key", "-out", "ca.pem"]))?;
    run(openssl().arg("req").args(KEY).args([
        "-subj",
        "/CN=127.0.0.1",
        "-keyout",
        "server.key",
        "-out",
        "server.csr",
    ]))?;
    run(openssl()
        .args(["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"])
        .args(["-days", "2", "-extfile", "server.ext", "-out", "server.pem"]))
}

fn run(command: &mut Command) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("{} failed: {said}", command.get_program().display())))
}

/// Servers are where only administrators look for programs.
fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/lib/openldap"].map(PathBuf::from));
    folders.map(|folder| folder.join(name)).find(|program| program.is_file())
}

fn required(name: &str) -> io::Result<PathBuf> {
    program(name).ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("there is no {name}")))
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
