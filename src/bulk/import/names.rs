use crate::{
    bulk::ImportRecord,
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
    pub(super) fn settle(&self, record: &mut ImportRecord) {
        let (Some(source), None) = (&self.source, &record.legacy) else { return };
        let Some(id) = record.id.take() else { return };
        let key = LegacyKey::new(source.clone(), id.as_str());
        record.id = self.ids.kept(&key);
        record.legacy = Some(key);
    }
}
