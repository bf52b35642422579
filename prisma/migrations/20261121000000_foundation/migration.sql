-- CreateEnum
CREATE TYPE "member_role" AS ENUM ('developer', 'admin');

-- CreateEnum
CREATE TYPE "secret_position" AS ENUM ('current', 'previous');

-- CreateEnum
CREATE TYPE "actor_kind" AS ENUM ('member', 'system');

-- CreateTable
CREATE TABLE "tenant" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "demo" BOOLEAN NOT NULL DEFAULT false,
    "api_keys_enabled" BOOLEAN NOT NULL DEFAULT false,
    "maximum_keys_per_user" INTEGER NOT NULL DEFAULT 2,
    "maximum_expiration_in_days" INTEGER,
    "deactivate_before_delete" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "tenant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "member" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "login_email" TEXT,
    "name" TEXT NOT NULL,
    "roles" "member_role"[] DEFAULT ARRAY[]::"member_role"[],
    "licensed" BOOLEAN NOT NULL DEFAULT false,
    "password_digest" TEXT,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "member_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "member_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "ended_at" TIMESTAMPTZ(3),
    "address" TEXT NOT NULL,
    "user_agent" TEXT NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "bias_profile" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "settings" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "bias_profile_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "key" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "owner_id" UUID,
    "client_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "scopes" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "bias_profile_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "expires_at" TIMESTAMPTZ(3),
    "deactivated_at" TIMESTAMPTZ(3),
    "deactivated_until" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "key_secret" (
    "tenant_id" UUID NOT NULL,
    "key_id" UUID NOT NULL,
    "position" "secret_position" NOT NULL,
    "digest" BYTEA NOT NULL,
    "pepper_version" INTEGER NOT NULL,
    "first_four" TEXT NOT NULL,
    "last_four" TEXT NOT NULL,
    "minted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "ends_at" TIMESTAMPTZ(3),

    CONSTRAINT "key_secret_pkey" PRIMARY KEY ("tenant_id","key_id","position")
);

-- CreateTable
CREATE TABLE "key_last_use" (
    "tenant_id" UUID NOT NULL,
    "key_id" UUID NOT NULL,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "key_last_use_pkey" PRIMARY KEY ("tenant_id","key_id")
);

-- CreateTable
CREATE TABLE "idempotent_request" (
    "tenant_id" UUID NOT NULL,
    "member_id" UUID NOT NULL,
    "value" TEXT NOT NULL,
    "body_digest" BYTEA NOT NULL,
    "client_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "idempotent_request_pkey" PRIMARY KEY ("tenant_id","member_id","value")
);

-- CreateTable
CREATE TABLE "audit_head" (
    "tenant_id" UUID NOT NULL,
    "sequence" BIGINT NOT NULL DEFAULT 0,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "audit_head_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateTable
CREATE TABLE "event" (
    "tenant_id" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "action" TEXT NOT NULL,
    "actor_kind" "actor_kind" NOT NULL,
    "actor_id" UUID,
    "actor_email" TEXT,
    "subject_id" UUID,
    "subject_email" TEXT,
    "client_id" TEXT,
    "key_name" TEXT,
    "address" TEXT,
    "details" JSONB NOT NULL DEFAULT '{}',
    "previous_hash" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,
    "key_version" INTEGER NOT NULL,

    CONSTRAINT "event_pkey" PRIMARY KEY ("tenant_id","sequence")
);

-- CreateIndex
CREATE UNIQUE INDEX "tenant_slug_key" ON "tenant"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "member_login_email_key" ON "member"("login_email");

-- CreateIndex
CREATE UNIQUE INDEX "member_tenant_id_id_key" ON "member"("tenant_id", "id");

-- CreateIndex
CREATE INDEX "session_tenant_id_member_id_created_at_idx" ON "session"("tenant_id", "member_id", "created_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "bias_profile_tenant_id_name_key_key" ON "bias_profile"("tenant_id", "name_key");

-- CreateIndex
CREATE UNIQUE INDEX "bias_profile_tenant_id_id_key" ON "bias_profile"("tenant_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "key_client_id_key" ON "key"("client_id");

-- CreateIndex
CREATE INDEX "key_tenant_id_bias_profile_id_idx" ON "key"("tenant_id", "bias_profile_id");

-- CreateIndex
CREATE UNIQUE INDEX "key_tenant_id_owner_id_name_key_key" ON "key"("tenant_id", "owner_id", "name_key") NULLS NOT DISTINCT;

-- CreateIndex
CREATE UNIQUE INDEX "key_tenant_id_id_key" ON "key"("tenant_id", "id");

-- CreateIndex
CREATE INDEX "event_tenant_id_client_id_sequence_idx" ON "event"("tenant_id", "client_id", "sequence" DESC);

-- AddForeignKey
ALTER TABLE "member" ADD CONSTRAINT "member_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_tenant_id_member_id_fkey" FOREIGN KEY ("tenant_id", "member_id") REFERENCES "member"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "bias_profile" ADD CONSTRAINT "bias_profile_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "key" ADD CONSTRAINT "key_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "key" ADD CONSTRAINT "key_tenant_id_owner_id_fkey" FOREIGN KEY ("tenant_id", "owner_id") REFERENCES "member"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "key" ADD CONSTRAINT "key_tenant_id_bias_profile_id_fkey" FOREIGN KEY ("tenant_id", "bias_profile_id") REFERENCES "bias_profile"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "key_secret" ADD CONSTRAINT "key_secret_tenant_id_key_id_fkey" FOREIGN KEY ("tenant_id", "key_id") REFERENCES "key"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "key_last_use" ADD CONSTRAINT "key_last_use_tenant_id_key_id_fkey" FOREIGN KEY ("tenant_id", "key_id") REFERENCES "key"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "idempotent_request" ADD CONSTRAINT "idempotent_request_tenant_id_member_id_fkey" FOREIGN KEY ("tenant_id", "member_id") REFERENCES "member"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_head" ADD CONSTRAINT "audit_head_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- CreateIndex
CREATE INDEX "key_secret_pepper_version_idx" ON "key_secret"("pepper_version");

-- What the schema language cannot say.

-- Every verification may touch it: room for updates in place keeps them off its indexes.
ALTER TABLE "key_last_use" SET (fillfactor = 70);

ALTER TABLE "tenant"
  ADD CONSTRAINT "tenant_slug_check" CHECK ("slug" ~ '^[a-z0-9](-?[a-z0-9]){0,62}$'),
  ADD CONSTRAINT "tenant_maximum_keys_per_user_check" CHECK ("maximum_keys_per_user" BETWEEN 1 AND 1000),
  ADD CONSTRAINT "tenant_maximum_expiration_in_days_check" CHECK ("maximum_expiration_in_days" >= 1);

-- Who has a password signs in with an e-mail.
ALTER TABLE "member"
  ADD CONSTRAINT "member_login_email_check" CHECK ("password_digest" IS NULL OR "login_email" IS NOT NULL);

ALTER TABLE "key"
  ADD CONSTRAINT "key_client_id_check" CHECK ("client_id" ~ '^lk_id_[0-9A-Za-z]{16}$'),
  ADD CONSTRAINT "key_name_check" CHECK (char_length("name") BETWEEN 1 AND 50),
  ADD CONSTRAINT "key_description_check" CHECK (char_length("description") <= 100),
  ADD CONSTRAINT "key_deactivated_until_check" CHECK ("deactivated_until" IS NULL OR "deactivated_at" IS NOT NULL);

ALTER TABLE "key_secret"
  ADD CONSTRAINT "key_secret_digest_check" CHECK (octet_length("digest") = 32),
  ADD CONSTRAINT "key_secret_mask_check" CHECK (char_length("first_four") = 4 AND char_length("last_four") = 4),
  ADD CONSTRAINT "key_secret_ends_at_check" CHECK (("position" = 'previous') = ("ends_at" IS NOT NULL));

ALTER TABLE "event"
  ADD CONSTRAINT "event_hash_check" CHECK (octet_length("hash") = 32 AND octet_length("previous_hash") = 32),
  ADD CONSTRAINT "event_actor_check" CHECK (("actor_kind" = 'member') = ("actor_id" IS NOT NULL));
