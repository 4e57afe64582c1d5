//! Login, registration and logout flows with their pages.
