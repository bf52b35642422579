-- The admin's list of a tenant's keys: found by any part of name, client ID and owner, in any order, a page at a time.

-- Trigrams find a part of a text; the other one lets the tenant stand in the same index.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

-- An index cannot reach into another table: the owner's e-mail is copied, by whatever changes owner or e-mail.
ALTER TABLE "key" ADD COLUMN "owner_email" TEXT;
UPDATE "key" k SET "owner_email" = lower(m."email") FROM "member" m WHERE m."tenant_id" = k."tenant_id" AND m."id" = k."owner_id";

CREATE FUNCTION copy_owner_email() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.owner_email := (SELECT lower(email) FROM member WHERE tenant_id = NEW.tenant_id AND id = NEW.owner_id);
  RETURN NEW;
END $$;
CREATE TRIGGER key_owner_email BEFORE INSERT OR UPDATE OF "owner_id" ON "key" FOR EACH ROW EXECUTE FUNCTION copy_owner_email();

CREATE FUNCTION spread_owner_email() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- In the order in which everybody locks keys.
  PERFORM FROM key WHERE tenant_id = NEW.tenant_id AND owner_id = NEW.id ORDER BY id FOR NO KEY UPDATE;
  UPDATE key SET owner_email = lower(NEW.email) WHERE tenant_id = NEW.tenant_id AND owner_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER member_email AFTER UPDATE OF "email" ON "member" FOR EACH ROW WHEN (OLD."email" IS DISTINCT FROM NEW."email") EXECUTE FUNCTION spread_owner_email();

-- Every key has a row, so that the keys never used have a place in the order of last use too.
ALTER TABLE "key_last_use" ALTER COLUMN "last_used_at" DROP NOT NULL;
INSERT INTO "key_last_use" ("tenant_id", "key_id") SELECT "tenant_id", "id" FROM "key" ON CONFLICT DO NOTHING;

CREATE FUNCTION begin_last_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO key_last_use (tenant_id, key_id) SELECT tenant_id, id FROM come ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER key_last_use_insert AFTER INSERT ON "key" REFERENCING NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION begin_last_use();

-- One per order. Letters are compared by their code points: alike on every database, and good for "begins with".
CREATE INDEX "key_by_created_at" ON "key" ("tenant_id", "created_at", "id");
CREATE INDEX "key_by_updated_at" ON "key" ("tenant_id", "updated_at", "id");
CREATE INDEX "key_by_name" ON "key" ("tenant_id", ("name_key" COLLATE "C"), "id");
CREATE INDEX "key_by_owner" ON "key" ("tenant_id", (coalesce("owner_email", '') COLLATE "C"), "id");
CREATE INDEX "key_by_expires_at" ON "key" ("tenant_id", (coalesce("expires_at", 'infinity'::timestamptz)), "id");
CREATE INDEX "key_by_last_use" ON "key_last_use" ("tenant_id", (coalesce("last_used_at", '-infinity'::timestamptz)), "key_id");

-- Any part of name, client ID and owner, which no search term can straddle: terms hold no line breaks.
CREATE INDEX "key_search" ON "key" USING gin ("tenant_id", ("name_key" || E'\n' || lower("client_id") || E'\n' || coalesce("owner_email", '')) gin_trgm_ops);

-- Few among many, wherever they stand in the order.
CREATE INDEX "key_revoked" ON "key" ("tenant_id", "created_at", "id") WHERE "revoked_at" IS NOT NULL;
CREATE INDEX "key_deactivated" ON "key" ("tenant_id", "created_at", "id") WHERE "deactivated_at" IS NOT NULL AND "revoked_at" IS NULL;
