#![no_main]
lastseen_fuzz::target!("csv");
