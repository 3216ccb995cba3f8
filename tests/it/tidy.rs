//! Keeps the house as DESIGN describes it: who may import what, twin migrations, short files, nothing unfinished.

mod figures;
mod imports;
mod migrations;
mod text;
mod tree;
