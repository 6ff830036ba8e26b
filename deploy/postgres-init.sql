-- The engine's own store, beside the application's database.
CREATE DATABASE tracker OWNER relais;
