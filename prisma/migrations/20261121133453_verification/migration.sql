-- CreateEnum
CREATE TYPE "usage_outcome" AS ENUM ('accepted', 'accepted_previous', 'invalid_credential', 'key_revoked', 'key_expired', 'key_inactive', 'api_keys_disabled', 'owner_disabled', 'insufficient_scope', 'rate_limited');

-- AlterTable
ALTER TABLE "tenant" ADD COLUMN     "rate_limit_per_minute" INTEGER;

-- CreateTable
CREATE TABLE "tenant_version" (
    "tenant_id" UUID NOT NULL,
    "version" BIGINT NOT NULL DEFAULT 1,

    CONSTRAINT "tenant_version_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateTable
CREATE TABLE "scope" (
    "tenant_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "scope_pkey" PRIMARY KEY ("tenant_id","name")
);

-- CreateTable
CREATE TABLE "key_usage_hour" (
    "tenant_id" UUID NOT NULL,
    "key_id" UUID NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "outcome" "usage_outcome" NOT NULL,
    "requests" BIGINT NOT NULL,

    CONSTRAINT "key_usage_hour_pkey" PRIMARY KEY ("tenant_id","key_id","hour","outcome")
);

-- CreateTable
CREATE TABLE "key_usage_day" (
    "tenant_id" UUID NOT NULL,
    "key_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "outcome" "usage_outcome" NOT NULL,
    "requests" BIGINT NOT NULL,

    CONSTRAINT "key_usage_day_pkey" PRIMARY KEY ("tenant_id","key_id","day","outcome")
);

-- CreateTable
CREATE TABLE "key_caller" (
    "tenant_id" UUID NOT NULL,
    "key_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "address" TEXT NOT NULL,
    "client" TEXT NOT NULL,
    "requests" BIGINT NOT NULL,

    CONSTRAINT "key_caller_pkey" PRIMARY KEY ("tenant_id","key_id","day","address","client")
);

-- CreateIndex
CREATE INDEX "key_usage_hour_hour_idx" ON "key_usage_hour"("hour");

-- CreateIndex
CREATE INDEX "key_caller_day_idx" ON "key_caller"("day");

-- AddForeignKey
ALTER TABLE "tenant_version" ADD CONSTRAINT "tenant_version_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "scope" ADD CONSTRAINT "scope_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "key_usage_hour" ADD CONSTRAINT "key_usage_hour_tenant_id_key_id_fkey" FOREIGN KEY ("tenant_id", "key_id") REFERENCES "key"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "key_usage_day" ADD CONSTRAINT "key_usage_day_tenant_id_key_id_fkey" FOREIGN KEY ("tenant_id", "key_id") REFERENCES "key"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "key_caller" ADD CONSTRAINT "key_caller_tenant_id_key_id_fkey" FOREIGN KEY ("tenant_id", "key_id") REFERENCES "key"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the schema language cannot say.

ALTER TABLE "tenant"
  ADD CONSTRAINT "tenant_rate_limit_per_minute_check" CHECK ("rate_limit_per_minute" >= 1);

ALTER TABLE "scope"
  ADD CONSTRAINT "scope_name_check" CHECK (char_length("name") BETWEEN 1 AND 50),
  ADD CONSTRAINT "scope_description_check" CHECK (char_length("description") <= 100);

ALTER TABLE "key_usage_hour" ADD CONSTRAINT "key_usage_hour_requests_check" CHECK ("requests" > 0);
ALTER TABLE "key_usage_day" ADD CONSTRAINT "key_usage_day_requests_check" CHECK ("requests" > 0);
ALTER TABLE "key_caller" ADD CONSTRAINT "key_caller_requests_check" CHECK ("requests" > 0);

-- Counts are added to the row of the present hour or day again and again: room for updates in place.
ALTER TABLE "key_usage_hour" SET (fillfactor = 70);
ALTER TABLE "key_caller" SET (fillfactor = 70);

-- The version of a tenant moves in the transaction of every change that can alter a verdict, whoever makes it.
INSERT INTO "tenant_version" ("tenant_id") SELECT "id" FROM "tenant";

-- The argument names the column that holds the tenant.
CREATE FUNCTION move_tenant_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- In one order, so that two statements over several tenants cannot deadlock.
  EXECUTE format(
    CASE TG_OP
      WHEN 'UPDATE' THEN 'INSERT INTO tenant_version (tenant_id) SELECT %1$I FROM gone UNION SELECT %1$I FROM come ORDER BY 1'
      WHEN 'DELETE' THEN 'INSERT INTO tenant_version (tenant_id) SELECT DISTINCT %1$I FROM gone ORDER BY 1'
      ELSE 'INSERT INTO tenant_version (tenant_id) SELECT DISTINCT %1$I FROM come ORDER BY 1'
    END || ' ON CONFLICT (tenant_id) DO UPDATE SET version = tenant_version.version + 1', TG_ARGV[0]);
  RETURN NULL;
END $$;

CREATE FUNCTION move_every_tenant_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE tenant_version SET version = version + 1;
  RETURN NULL;
END $$;

-- A tenant that is deleted has no keys any more, and takes its version along.
CREATE TRIGGER tenant_version_insert AFTER INSERT ON "tenant" REFERENCING NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION move_tenant_version('id');
CREATE TRIGGER tenant_version_update AFTER UPDATE ON "tenant" REFERENCING OLD TABLE AS gone NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION move_tenant_version('id');

DO $$
DECLARE
  changing text;
BEGIN
  FOREACH changing IN ARRAY ARRAY['member', 'key', 'key_secret', 'bias_profile'] LOOP
    EXECUTE format($sql$
      CREATE TRIGGER tenant_version_insert AFTER INSERT ON %1$I REFERENCING NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION move_tenant_version('tenant_id');
      CREATE TRIGGER tenant_version_update AFTER UPDATE ON %1$I REFERENCING OLD TABLE AS gone NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION move_tenant_version('tenant_id');
      CREATE TRIGGER tenant_version_delete AFTER DELETE ON %1$I REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION move_tenant_version('tenant_id');
      CREATE TRIGGER tenant_version_truncate AFTER TRUNCATE ON %1$I FOR EACH STATEMENT EXECUTE FUNCTION move_every_tenant_version();
    $sql$, changing);
  END LOOP;
END $$;
