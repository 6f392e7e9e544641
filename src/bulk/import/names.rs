use crate::{
    bulk::{
        Fault, FaultCode, ImportRecord,
        record::{MAX_ID_BYTES, MAX_NAME_BYTES},
    },
    migrator::UserIds,
    user::{LegacyKey, SourceName},
};

/// What the ids of an input mean.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub(super) source: Option<SourceName>,
    pub(super) ids: UserIds,
}

impl Names {
    /// Makes an id at the source a legacy key, and the permanent id of it. A record that has its legacy key is left as it is.
    ///
    /// # Errors
    ///
    /// When the keys are longer than a store takes: one of them would keep the whole batch out.
    pub(super) fn settle(&self, record: &mut ImportRecord) -> Result<(), Fault> {
        if let (Some(source), None) = (&self.source, &record.legacy)
            && let Some(id) = record.id.take()
        {
            let key = LegacyKey::new(source.clone(), id.as_str());
            record.id = self.ids.kept(&key);
            record.legacy = Some(key);
        }
        if record.id.as_ref().is_some_and(|id| id.as_str().len() > MAX_ID_BYTES) {
            let message = "the id, with the source before it if that is a part of ids, is longer than 1024 bytes";
            return Err(Fault::new(FaultCode::MaxLength, "user_id.too_long", "/user_id", message));
        }
        let fits = |key: &LegacyKey| key.source().as_str().len() <= MAX_NAME_BYTES && key.id().len() <= MAX_ID_BYTES;
        if !record.legacy.as_ref().is_none_or(fits) {
            let message = "the source is longer than 255 bytes, or the id there longer than 1024";
            return Err(Fault::new(FaultCode::MaxLength, "legacy.too_long", "", message));
        }
        Ok(())
    }
}
