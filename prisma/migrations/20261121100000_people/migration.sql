-- CreateEnum
CREATE TYPE "link_purpose" AS ENUM ('invitation', 'password_reset');

-- AlterTable
ALTER TABLE "key" ADD COLUMN     "handed_over_at" TIMESTAMPTZ(3),
ADD COLUMN     "kept_until" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "member" ADD COLUMN     "email_key" TEXT,
ADD COLUMN     "removed_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "tenant" ADD COLUMN     "join_licensed" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "join_roles" "member_role"[] DEFAULT ARRAY[]::"member_role"[];

-- CreateTable
CREATE TABLE "identity" (
    "tenant_id" UUID NOT NULL,
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "member_id" UUID,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "identity_pkey" PRIMARY KEY ("tenant_id","issuer","subject")
);

-- CreateTable
CREATE TABLE "one_time_link" (
    "tenant_id" UUID NOT NULL,
    "member_id" UUID NOT NULL,
    "purpose" "link_purpose" NOT NULL,
    "digest" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "one_time_link_pkey" PRIMARY KEY ("tenant_id","member_id")
);

-- CreateIndex
CREATE INDEX "identity_tenant_id_member_id_idx" ON "identity"("tenant_id", "member_id");

-- CreateIndex
CREATE INDEX "identity_tenant_id_email_idx" ON "identity"("tenant_id", "email");

-- CreateIndex
CREATE UNIQUE INDEX "one_time_link_digest_key" ON "one_time_link"("digest");

-- CreateIndex
CREATE UNIQUE INDEX "member_tenant_id_email_key_key" ON "member"("tenant_id", "email_key");

-- AddForeignKey
ALTER TABLE "identity" ADD CONSTRAINT "identity_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenant"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "identity" ADD CONSTRAINT "identity_tenant_id_member_id_fkey" FOREIGN KEY ("tenant_id", "member_id") REFERENCES "member"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "one_time_link" ADD CONSTRAINT "one_time_link_tenant_id_member_id_fkey" FOREIGN KEY ("tenant_id", "member_id") REFERENCES "member"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Members from before get the key of their e-mail. Of two with the same one in a tenant, which nothing forbade, the later
-- gets a number: nothing is refused or lost, and an admin sees both.
UPDATE "member" SET "email_key" = numbered."key"
  FROM (SELECT "id",
               lower(normalize("email", NFKC)) || CASE rank WHEN 1 THEN '' ELSE '#' || rank END AS "key"
          FROM (SELECT "id", "email", row_number() OVER (PARTITION BY "tenant_id", lower(normalize("email", NFKC)) ORDER BY "created_at", "id") AS rank
                  FROM "member") ranked) numbered
 WHERE "member"."id" = numbered."id";

-- Constraints that the schema language cannot say.
ALTER TABLE "member"
  ADD CONSTRAINT "member_email_key_check" CHECK (("removed_at" IS NULL) = ("email_key" IS NOT NULL)),
  ADD CONSTRAINT "member_removed_check" CHECK ("removed_at" IS NULL OR ("disabled_at" IS NOT NULL AND "login_email" IS NULL));
