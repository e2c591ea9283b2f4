//! Rebuilds when a rule or a template is added, which the embedding macro does not notice by itself.
fn main() {
    println!("cargo:rerun-if-changed=rules");
    println!("cargo:rerun-if-changed=templates");
}
