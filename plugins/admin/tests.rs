//! The API from outside: requests in, answers out, with stores in memory.

mod access;
mod administrators;
mod api_credentials;
mod audit;
mod console;
mod courier;
mod form;
mod house;
mod identities;
mod impersonation;
mod levels;
mod oauth2;
mod openapi;
mod pages;
mod people;
mod providers;
mod schemas;
mod table;
mod throttles;
mod vouched;
