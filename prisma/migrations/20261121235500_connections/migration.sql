-- CreateEnum
CREATE TYPE "connection_kind" AS ENUM ('llm_provider', 'workflow');

-- CreateEnum
CREATE TYPE "auth_style" AS ENUM ('bearer', 'x_api_key', 'header', 'none');

-- CreateTable
CREATE TABLE "provider_key" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "sealed_value" BYTEA NOT NULL,
    "wrapped_data_key" BYTEA NOT NULL,
    "vault_version" INTEGER NOT NULL,
    "origin" TEXT,
    "first_three" TEXT NOT NULL,
    "last_three" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "provider_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "provider_key_last_use" (
    "tenant_id" UUID NOT NULL,
    "provider_key_id" UUID NOT NULL,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "provider_key_last_use_pkey" PRIMARY KEY ("tenant_id","provider_key_id")
);

-- CreateTable
CREATE TABLE "connection" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" "connection_kind" NOT NULL,
    "url" TEXT NOT NULL,
    "method" TEXT,
    "auth_style" "auth_style" NOT NULL,
    "auth_header" TEXT,
    "provider_key_id" UUID,
    "scopes" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "timeout_in_seconds" INTEGER NOT NULL,
    "size_limit_in_megabytes" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "connection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "connection_model" (
    "tenant_id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "own_key" BOOLEAN NOT NULL DEFAULT false,
    "provider_key_id" UUID,

    CONSTRAINT "connection_model_pkey" PRIMARY KEY ("tenant_id","connection_id","name")
);

-- CreateTable
CREATE TABLE "connection_failure" (
    "tenant_id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "reason" TEXT NOT NULL,
    "requests" BIGINT NOT NULL,
    "client_id" TEXT NOT NULL,
    "key_name" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "reported_at" TIMESTAMPTZ(3),

    CONSTRAINT "connection_failure_pkey" PRIMARY KEY ("tenant_id","connection_id","hour","reason")
);

-- CreateIndex
CREATE INDEX "provider_key_vault_version_id_idx" ON "provider_key"("vault_version", "id");

-- CreateIndex
CREATE UNIQUE INDEX "provider_key_tenant_id_name_key_key" ON "provider_key"("tenant_id", "name_key");

-- CreateIndex
CREATE UNIQUE INDEX "provider_key_tenant_id_id_key" ON "provider_key"("tenant_id", "id");

-- CreateIndex
CREATE INDEX "connection_tenant_id_provider_key_id_idx" ON "connection"("tenant_id", "provider_key_id");

-- CreateIndex
CREATE UNIQUE INDEX "connection_tenant_id_slug_key" ON "connection"("tenant_id", "slug");

-- CreateIndex
CREATE UNIQUE INDEX "connection_tenant_id_id_key" ON "connection"("tenant_id", "id");

-- CreateIndex
CREATE INDEX "connection_model_tenant_id_provider_key_id_idx" ON "connection_model"("tenant_id", "provider_key_id");

-- CreateIndex
CREATE INDEX "connection_failure_reported_at_hour_idx" ON "connection_failure"("reported_at", "hour");

-- AddForeignKey
ALTER TABLE "provider_key" ADD CONSTRAINT "provider_key_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "provider_key_last_use" ADD CONSTRAINT "provider_key_last_use_tenant_id_provider_key_id_fkey" FOREIGN KEY ("tenant_id", "provider_key_id") REFERENCES "provider_key"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connection" ADD CONSTRAINT "connection_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connection" ADD CONSTRAINT "connection_tenant_id_provider_key_id_fkey" FOREIGN KEY ("tenant_id", "provider_key_id") REFERENCES "provider_key"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connection_model" ADD CONSTRAINT "connection_model_tenant_id_connection_id_fkey" FOREIGN KEY ("tenant_id", "connection_id") REFERENCES "connection"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connection_model" ADD CONSTRAINT "connection_model_tenant_id_provider_key_id_fkey" FOREIGN KEY ("tenant_id", "provider_key_id") REFERENCES "provider_key"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connection_failure" ADD CONSTRAINT "connection_failure_tenant_id_connection_id_fkey" FOREIGN KEY ("tenant_id", "connection_id") REFERENCES "connection"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the schema language cannot say.

-- The gateway keeps a connection as it was under its tenant's version: whoever changes one moves it.
DO $$
DECLARE
  changing text;
BEGIN
  FOREACH changing IN ARRAY ARRAY['connection', 'connection_model', 'provider_key'] LOOP
    EXECUTE format($sql$
      CREATE TRIGGER tenant_version_insert AFTER INSERT ON %1$I REFERENCING NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION move_tenant_version('tenant_id');
      CREATE TRIGGER tenant_version_update AFTER UPDATE ON %1$I REFERENCING OLD TABLE AS gone NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION move_tenant_version('tenant_id');
      CREATE TRIGGER tenant_version_delete AFTER DELETE ON %1$I REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION move_tenant_version('tenant_id');
      CREATE TRIGGER tenant_version_truncate AFTER TRUNCATE ON %1$I FOR EACH STATEMENT EXECUTE FUNCTION move_every_tenant_version();
    $sql$, changing);
  END LOOP;
END $$;

ALTER TABLE "provider_key"
  ADD CONSTRAINT "provider_key_name_check" CHECK (char_length("name") BETWEEN 1 AND 50),
  ADD CONSTRAINT "provider_key_revision_check" CHECK ("revision" > 0),
  -- Nonce and tag at least, and a data key of 32 bytes between them.
  ADD CONSTRAINT "provider_key_sealed_check" CHECK (octet_length("sealed_value") > 28 AND octet_length("wrapped_data_key") >= 60),
  ADD CONSTRAINT "provider_key_mask_check" CHECK (char_length("first_three") IN (0, 3) AND char_length("last_three") = char_length("first_three"));

ALTER TABLE "connection"
  ADD CONSTRAINT "connection_slug_check" CHECK ("slug" ~ '^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$'),
  ADD CONSTRAINT "connection_method_check" CHECK (("kind" = 'workflow') = ("method" IS NOT NULL)),
  ADD CONSTRAINT "connection_auth_header_check" CHECK (("auth_style" = 'header') = ("auth_header" IS NOT NULL)),
  ADD CONSTRAINT "connection_no_credential_check" CHECK ("auth_style" <> 'none' OR "provider_key_id" IS NULL),
  ADD CONSTRAINT "connection_limits_check" CHECK ("timeout_in_seconds" BETWEEN 1 AND 600 AND "size_limit_in_megabytes" BETWEEN 1 AND 10000);

ALTER TABLE "connection_model"
  ADD CONSTRAINT "connection_model_own_key_check" CHECK ("own_key" OR "provider_key_id" IS NULL);
