//! `componentize bot.wit core.wasm bot.wasm`: makes a component out of a core module, which exports
//! the functions of the world `bot` under the names that wit-component knows.

use std::error::Error;
use std::{env, fs};

use wit_component::{embed_component_metadata, ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [wit, core, component] = arguments.as_slice() else {
        return Err("usage: componentize bot.wit core.wasm bot.wasm".into());
    };
    let mut resolve = Resolve::default();
    let package = resolve.push_file(wit)?;
    let world = resolve.select_world(&[package], Some("bot"))?;
    let mut module = fs::read(core)?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    let encoded = ComponentEncoder::default().module(&module)?.validate(true).encode()?;
    Ok(fs::write(component, encoded)?)
}
