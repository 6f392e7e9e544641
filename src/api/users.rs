use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    Api, Scope,
    connections::segment,
    gate::{Caller, require},
    page::Page,
    parameters::Parameters,
    person::{Members, person},
    primary::with_primary,
    problem::{Problem, json as answer},
};
use crate::{
    identifier::IdentifierKind,
    search::{Query, QueryError},
    store::{Filter, Key, Order, Search, SearchCursor, SearchStore, StoreError},
    user::{User, UserId},
};

mod change;
mod create;

pub(super) use self::{change::MEMBERS as CHANGE_MEMBERS, create::MEMBERS as CREATE_MEMBERS};
pub(super) use self::{
    change::{change, contended},
    create::{MAX_NAME, create},
};

/// What a list is asked by, beside its page and which members it shows.
pub(super) const LIST_PARAMETERS: [&str; 7] =
    ["connection", "from", "primary_order", "q", "search_engine", "sort", "take"];

/// Longest ids and identifiers in bytes: what stores keep.
const MAX_ID: usize = 1_024;

/// `GET /users`
pub(super) async fn list(State(api): State<Api>, caller: Caller, uri: Uri) -> Result<Response, Problem> {
    require(&caller, &[Scope::ReadUsers])?;
    let limits = &api.parts().limits;
    let known = LIST_PARAMETERS.into_iter().chain(Page::PARAMETERS).chain(Members::PARAMETERS);
    let parameters = Parameters::of(&uri, &known.collect::<Vec<_>>(), limits)?;
    let (page, members) = (Page::of(&parameters)?, Members::of(&parameters)?);
    parameters.flag("primary_order")?;
    if !matches!(parameters.text("search_engine"), None | Some("v3")) {
        return Err(Problem::query("There is no search engine but v3", "search_engine"));
    }
    let filter = filter(&api, &parameters)?;
    let order = match parameters.text("sort").filter(|sort| !sort.is_empty()) {
        None => Order::ID,
        Some(sort) => sort.parse().map_err(|error| Problem::query(format!("{error}"), "sort"))?,
    };
    let store = searching(&api)?;
    if parameters.text("take").is_some() || parameters.text("from").is_some() {
        return walk(&api, &parameters, filter, order, page, &members).await;
    }
    let users = if !page.is_within(limits) {
        // Whoever walks to the end of a list that is no longer finds the end, and not an error.
        if page.size > 0 && store.count(&filter).await? > page.start() as u64 {
            return Err(Page::too_far(limits));
        }
        Vec::new()
    } else if page.size == 0 {
        Vec::new()
    } else {
        let search = Search::new(filter.clone()).order(order).looks(limits.looks).page(page.number, page.size);
        let found = store.search(&search.map_err(|_| Page::too_far(limits))?).await?;
        // A page that has a number has no place to go on from.
        if found.is_cut {
            let message = "The search looks at too many users: narrow it down.";
            return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "query_too_costly", message));
        }
        found.users
    };
    let connection = &api.parts().connection;
    let users: Vec<Value> = users.iter().map(|user| members.of_object(person(user, connection))).collect();
    Ok(answer(
        StatusCode::OK,
        &if page.totals {
            let total = store.count(&filter).await?;
            json!({"start": page.start(), "limit": page.size, "length": users.len(), "users": users, "total": total})
        } else {
            Value::Array(users)
        },
    ))
}

/// A page that begins where the one before has ended, however far that is: the reference product's way of other lists.
async fn walk(
    api: &Api,
    parameters: &Parameters,
    filter: Filter,
    order: Order,
    page: Page,
    members: &Members,
) -> Result<Response, Problem> {
    if let Some(name) = ["page", "per_page"].into_iter().find(|name| parameters.text(name).is_some()) {
        return Err(Problem::query("The parameter does not go together with from and take", name));
    }
    let take = parameters.number("take", Page::MOST)?.unwrap_or(50);
    if take == 0 {
        return Err(Problem::query("Value is less than minimum 1", "take"));
    }
    let (store, connection) = (searching(api)?, &api.parts().connection);
    let mut search = Search::new(filter).order(order).looks(api.parts().limits.looks).limit(take);
    if let Some(place) = parameters.text("from") {
        let wrong = || Problem::query("The value is not one that this list has given", "from");
        let place: SearchCursor = place.parse().map_err(|_| wrong())?;
        if place.order != order {
            return Err(wrong());
        }
        search = search.after(place);
    }
    let found = store.search(&search).await?;
    let users: Value = found.users.iter().map(|user| members.of_object(person(user, connection))).collect();
    let mut shown = json!({"users": users});
    if let Some(shown) = shown.as_object_mut() {
        if let Some(next) = found.next {
            shown.insert("next".to_owned(), next.to_string().into());
        }
        if page.totals {
            shown.insert("total".to_owned(), store.count(&search.filter).await?.into());
        }
    }
    Ok(answer(StatusCode::OK, &shown))
}

fn filter(api: &Api, parameters: &Parameters) -> Result<Filter, Problem> {
    let connection = &api.parts().connection;
    let wanted = match parameters.text("q").filter(|query| !query.trim().is_empty()) {
        None => Filter::All,
        Some(text) => {
            let query = Query::parse_with(text, &*api.parts().rules);
            let wrong = |error: QueryError| Problem::query(error.to_string(), "q").spanning(text, &error.at());
            query.map_err(wrong)?.into_filter()
        }
    };
    let wanted = with_primary(wanted, connection);
    Ok(match parameters.text("connection") {
        Some(name) if name != connection.name() => Filter::All.negated(),
        _ => wanted,
    })
}

pub(super) fn searching(api: &Api) -> Result<&dyn SearchStore, Problem> {
    let without = || StoreError::misconfigured("the store has no search");
    Ok(api.parts().store.as_search().ok_or_else(without)?)
}

/// `GET /users-by-email`
pub(super) async fn by_email(State(api): State<Api>, caller: Caller, uri: Uri) -> Result<Response, Problem> {
    require(&caller, &[Scope::ReadUsers])?;
    let parts = api.parts();
    let known: Vec<_> = ["email"].into_iter().chain(Members::PARAMETERS).collect();
    let parameters = Parameters::of(&uri, &known, &parts.limits)?;
    let members = Members::of(&parameters)?;
    let email = parts.rules.parse_as(IdentifierKind::Email, parameters.required("email")?);
    let email = email.map_err(|_| Problem::query("Object didn't pass validation for format email", "email"))?;
    let user = find(&api, Key::Identifier(&email)).await?;
    let users = user.iter().map(|user| members.of_object(person(user, &parts.connection)));
    Ok(answer(StatusCode::OK, &users.collect()))
}

/// `GET /users/{id}`
pub(super) async fn one(
    State(api): State<Api>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    uri: Uri,
) -> Result<Response, Problem> {
    require(&caller, &[Scope::ReadUsers])?;
    let members = Members::of(&Parameters::of(&uri, &Members::PARAMETERS, &api.parts().limits)?)?;
    let user = by_id(&api, &segment(path)?).await?;
    Ok(answer(StatusCode::OK, &members.of_object(person(&user, &api.parts().connection))))
}

/// `DELETE /users/{id}`: whoever is not there is deleted already.
pub(super) async fn remove(
    State(api): State<Api>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    require(&caller, &[Scope::DeleteUsers])?;
    api.parts().migrator.delete(&UserId::new(segment(path)?)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(super) async fn find(api: &Api, key: Key<'_>) -> Result<Option<User>, Problem> {
    Ok(api.parts().store.find(key).await?.into_user())
}

/// The user with this id.
pub(super) async fn by_id(api: &Api, id: &str) -> Result<User, Problem> {
    find(api, Key::Id(&UserId::new(id))).await?.ok_or_else(Problem::no_such_user)
}
