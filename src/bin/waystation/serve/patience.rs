//! Ends what a client lets wait.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    body::{Body, BodyDataStream, Bytes, HttpBody as _},
    extract::{Request, State},
    http::header::CONTENT_TYPE,
    middleware::Next,
    response::Response,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_stream::Stream;
use waystation::clock::{Clock as _, SystemClock};

use super::http::Bounds;

/// Gives requests a body that ends with an error when it does not come.
pub(super) async fn body(State(bounds): State<Bounds>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if body.is_end_stream() {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let kind = parts.headers.get(CONTENT_TYPE).map_or(&b""[..], |kind| kind.as_bytes());
    // A form with a file, and a piece of a resumable upload.
    let is_upload = [&b"multipart/"[..], b"application/offset+octet-stream"]
        .iter()
        .any(|upload| kind.get(..upload.len()).is_some_and(|kind| kind.eq_ignore_ascii_case(upload)));
    let whole = Alarm::of(if is_upload { bounds.upload } else { bounds.patience });
    let body = PatientBody { body: body.into_data_stream(), patience: Wait::new(bounds.patience), whole };
    next.run(Request::from_parts(parts, Body::from_stream(body))).await
}

/// A body that is waited for, but not for ever.
struct PatientBody {
    body: BodyDataStream,
    patience: Wait,
    whole: Alarm,
}

impl Stream for PatientBody {
    type Item = Result<Bytes, axum::BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let late = || Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::TimedOut).into())));
        if self.whole.poll(context).is_ready() {
            return late();
        }
        match Pin::new(&mut self.body).poll_next(context) {
            Poll::Ready(part) => {
                self.patience.is_over();
                Poll::Ready(part.map(|part| part.map_err(Into::into)))
            }
            Poll::Pending => match self.patience.poll(context) {
                Poll::Ready(()) => late(),
                Poll::Pending => Poll::Pending,
            },
        }
    }
}

/// A connection that ends when nobody takes what is written to it. How long reading may take is told where it is known
/// what is read.
pub(super) struct Patient<S> {
    stream: S,
    patience: Wait,
}

impl<S> Patient<S> {
    pub(super) const fn new(stream: S, patience: Duration) -> Self {
        Self { stream, patience: Wait::new(patience) }
    }

    fn unless_late<T>(&mut self, context: &mut Context<'_>, done: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if done.is_ready() {
            self.patience.is_over();
            return done;
        }
        ready!(self.patience.poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.unless_late(context, done)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.unless_late(context, done)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_flush(context);
        self.unless_late(context, done)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_shutdown(context);
        self.unless_late(context, done)
    }
}

/// A time from the first poll on that found nothing, until it is over.
struct Wait {
    time: Duration,
    alarm: Option<Alarm>,
}

impl Wait {
    const fn new(time: Duration) -> Self {
        Self { time, alarm: None }
    }

    fn is_over(&mut self) {
        self.alarm = None;
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let time = self.time;
        self.alarm.get_or_insert_with(|| Alarm::of(time)).poll(context)
    }
}

/// Rings once.
struct Alarm(Pin<Box<dyn Future<Output = ()> + Send>>);

impl Alarm {
    fn of(time: Duration) -> Self {
        Self(Box::pin(async move { SystemClock::new().sleep(time).await }))
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(context)
    }
}
