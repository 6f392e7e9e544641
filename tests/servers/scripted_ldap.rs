//! An LDAP server that says what it is told to.

use std::{io, net::SocketAddr, sync::Arc};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

pub(crate) const BIND: u8 = 0x60;
pub(crate) const SEARCH: u8 = 0x63;
pub(crate) const EXTENDED: u8 = 0x77;

/// What to answer to an operation, of which it gets the tag and the content: the operations to send back.
type Script = dyn Fn(u8, &[u8]) -> Vec<Vec<u8>> + Send + Sync;

/// Ends when it is dropped.
#[derive(Debug)]
pub(crate) struct ScriptedLdap {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl ScriptedLdap {
    pub(crate) async fn start(script: impl Fn(u8, &[u8]) -> Vec<Vec<u8>> + Send + Sync + 'static) -> io::Result<Self> {
        let script: Arc<Script> = Arc::new(script);
        Self::serve(move |stream| {
            let script = Arc::clone(&script);
            async move { answer(stream, &*script).await }
        })
        .await
    }

    /// Does this with every connection.
    pub(crate) async fn serve<S>(serve: impl Fn(TcpStream) -> S + Send + 'static) -> io::Result<Self>
    where
        S: Future<Output = io::Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream));
            }
        });
        Ok(Self { address, serving })
    }

    pub(crate) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }
}

impl Drop for ScriptedLdap {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(mut stream: TcpStream, script: &Script) -> io::Result<()> {
    loop {
        let (_, message) = read(&mut stream).await?;
        let mut message = message.as_slice();
        let (_, id) = read(&mut message).await?;
        let (operation, content) = read(&mut message).await?;
        for reply in script(operation, &content) {
            stream.write_all(&tlv(0x30, &[tlv(0x02, &id), reply].concat())).await?;
        }
    }
}

/// One element: its tag and its content.
async fn read(from: &mut (impl AsyncReadExt + Unpin)) -> io::Result<(u8, Vec<u8>)> {
    let tag = from.read_u8().await?;
    let mut length = usize::from(from.read_u8().await?);
    if length > 0x80 {
        let bytes = length - 0x80;
        length = 0;
        for _ in 0..bytes {
            length = length * 256 + usize::from(from.read_u8().await?);
        }
    }
    let mut content = vec![0; length];
    from.read_exact(&mut content).await?;
    Ok((tag, content))
}

pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    [&[tag, 0x88][..], &length, content].concat()
}

/// The end of an operation: its code and what it says.
pub(crate) fn result(tag: u8, code: u8, text: &str) -> Vec<u8> {
    tlv(tag, &[tlv(0x0a, &[code]), tlv(0x04, b""), tlv(0x04, text.as_bytes())].concat())
}

pub(crate) fn entry(dn: &str, attributes: &[(&str, &[&[u8]])]) -> Vec<u8> {
    let attribute = |(name, values): &(&str, &[&[u8]])| {
        let values: Vec<u8> = values.iter().flat_map(|value| tlv(0x04, value)).collect();
        tlv(0x30, &[tlv(0x04, name.as_bytes()), tlv(0x31, &values)].concat())
    };
    let attributes: Vec<u8> = attributes.iter().flat_map(attribute).collect();
    tlv(0x64, &[tlv(0x04, dn.as_bytes()), tlv(0x30, &attributes)].concat())
}

/// A reference to another server, among the entries.
pub(crate) fn reference(url: &str) -> Vec<u8> {
    tlv(0x73, &tlv(0x04, url.as_bytes()))
}
