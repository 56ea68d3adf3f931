//! What the arena does not offer: every import that nobody else defines.
//!
//! The answer follows from the type of the function. A result with an error code gives "access
//! denied", which Python shows as an `OSError`; an optional value is absent; a list is empty (no
//! arguments, no environment, no directories). Whatever is left ends the bot with a trap.

use wasmtime::component::types::ComponentFunc;
use wasmtime::component::{LinkerInstance, Type, Val};
use wasmtime::{Result, StoreContextMut};

use super::Host;
use super::fuel::{PER_CALL, charge};

/// Fuel for each byte or element of an argument, which was copied by then.
const FUEL_PER_ELEMENT: u64 = 10;
/// Error codes of WASI's interfaces in the order in which they fit.
const CODES: &[&str] = &["access-denied", "access", "not-permitted", "not-supported", "unsupported"];

/// The guest called something that has no way to say no.
#[derive(Debug, thiserror::Error)]
#[error("it called {0}, which does not exist in the arena")]
struct NotOffered(String);

/// Defines `name` of `interface` as something that is refused.
pub(super) fn define(linker: &mut LinkerInstance<'_, Host>, interface: &str, name: &str) -> Result<()> {
    let full_name = format!("{interface}.{name}");
    linker.func_new(name, move |mut store: StoreContextMut<'_, Host>, ty, arguments, results| {
        charge(&mut store, price(arguments))?;
        give_back(&mut store, arguments)?;
        let Some(result) = results.first_mut() else { return Err(NotOffered(full_name.clone()).into()) };
        *result = answer(&ty).ok_or_else(|| NotOffered(full_name.clone()))?;
        Ok(())
    })
}

/// What was lent for the call must be given back by its end.
fn give_back(store: &mut StoreContextMut<'_, Host>, arguments: &[Val]) -> Result<()> {
    arguments.iter().try_for_each(|argument| match argument {
        Val::Resource(resource) => resource.resource_drop(&mut *store),
        _ => Ok(()),
    })
}

fn price(arguments: &[Val]) -> u64 {
    let elements: usize = arguments
        .iter()
        .map(|argument| match argument {
            Val::String(text) => text.len(),
            Val::List(list) => list.len(),
            _ => 0,
        })
        .sum();
    PER_CALL.saturating_add(FUEL_PER_ELEMENT.saturating_mul(elements as u64))
}

/// How a function of that type says no.
fn answer(function: &ComponentFunc) -> Option<Val> {
    match function.results().next()? {
        Type::Result(result) => match result.err() {
            None => Some(Val::Result(Err(None))),
            Some(Type::Enum(codes)) => {
                let mut fitting = CODES.iter().filter(|code| codes.names().any(|name| name == **code));
                fitting.next().map(|code| Val::Result(Err(Some(Box::new(Val::Enum((*code).to_owned()))))))
            }
            Some(_) => None,
        },
        Type::Option(_) => Some(Val::Option(None)),
        Type::List(_) => Some(Val::List(Vec::new())),
        _ => None,
    }
}
