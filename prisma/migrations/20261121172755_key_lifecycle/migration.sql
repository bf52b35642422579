-- AlterTable
ALTER TABLE "key" ADD COLUMN     "creator_id" UUID,
ADD COLUMN     "refused_before" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "key_last_use" ADD COLUMN     "minted_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "tenant" ADD COLUMN     "agent_key_lifetime_in_days" INTEGER NOT NULL DEFAULT 90,
ADD COLUMN     "keep_one_key" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "previous_secret_use" (
    "tenant_id" UUID NOT NULL,
    "key_id" UUID NOT NULL,
    "position" "secret_position" NOT NULL DEFAULT 'previous',
    "address" TEXT NOT NULL,
    "client" TEXT NOT NULL,
    "requests" BIGINT NOT NULL,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "previous_secret_use_pkey" PRIMARY KEY ("tenant_id","key_id","address","client")
);

-- AddForeignKey
ALTER TABLE "key" ADD CONSTRAINT "key_tenant_id_creator_id_fkey" FOREIGN KEY ("tenant_id", "creator_id") REFERENCES "member"("tenant_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "previous_secret_use" ADD CONSTRAINT "previous_secret_use_tenant_id_key_id_position_fkey" FOREIGN KEY ("tenant_id", "key_id", "position") REFERENCES "key_secret"("tenant_id", "key_id", "position") ON DELETE CASCADE ON UPDATE RESTRICT;

-- What the schema language cannot say.

ALTER TABLE "tenant" ADD CONSTRAINT "tenant_agent_key_lifetime_in_days_check" CHECK ("agent_key_lifetime_in_days" >= 1);

ALTER TABLE "previous_secret_use"
  ADD CONSTRAINT "previous_secret_use_position_check" CHECK ("position" = 'previous'),
  ADD CONSTRAINT "previous_secret_use_requests_check" CHECK ("requests" > 0);
ALTER TABLE "previous_secret_use" SET (fillfactor = 70);

-- Until now members created keys for themselves only; who created a key that was handed over is in the events.
UPDATE "key" SET "creator_id" = "owner_id" WHERE "handed_over_at" IS NULL;
