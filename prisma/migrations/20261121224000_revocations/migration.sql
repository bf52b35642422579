-- CreateEnum
CREATE TYPE "revocation_result" AS ENUM ('revoked', 'already_revoked', 'expired', 'deleted');

-- CreateTable
CREATE TABLE "revocation" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "member_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "selected" INTEGER NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "revocation_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "revocation_key" (
    "tenant_id" UUID NOT NULL,
    "revocation_id" UUID NOT NULL,
    "key_id" UUID NOT NULL,
    "client_id" TEXT NOT NULL,
    "key_name" TEXT NOT NULL,
    "result" "revocation_result",

    CONSTRAINT "revocation_key_pkey" PRIMARY KEY ("tenant_id","revocation_id","key_id")
);

-- AddForeignKey
ALTER TABLE "revocation" ADD CONSTRAINT "revocation_tenant_id_member_id_fkey" FOREIGN KEY ("tenant_id", "member_id") REFERENCES "member"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "revocation_key" ADD CONSTRAINT "revocation_key_tenant_id_revocation_id_fkey" FOREIGN KEY ("tenant_id", "revocation_id") REFERENCES "revocation"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the schema language cannot say.

ALTER TABLE "revocation" ADD CONSTRAINT "revocation_selected_check" CHECK ("selected" > 0);
