-- CreateTable
CREATE TABLE "key_notice" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "tenant_id" UUID NOT NULL,
    "key_id" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "days" SMALLINT NOT NULL,
    "member_id" UUID NOT NULL,
    "claimed_at" TIMESTAMPTZ(3),
    "attempts" SMALLINT NOT NULL DEFAULT 1,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "key_notice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "leak_notice" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "tenant_id" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,
    "member_id" UUID NOT NULL,
    "claimed_at" TIMESTAMPTZ(3),
    "attempts" SMALLINT NOT NULL DEFAULT 1,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "leak_notice_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "key_notice_tenant_id_member_id_idx" ON "key_notice"("tenant_id", "member_id");

-- CreateIndex
CREATE UNIQUE INDEX "key_notice_tenant_id_key_id_expires_at_days_member_id_key" ON "key_notice"("tenant_id", "key_id", "expires_at", "days", "member_id");

-- CreateIndex
CREATE INDEX "leak_notice_tenant_id_member_id_idx" ON "leak_notice"("tenant_id", "member_id");

-- CreateIndex
CREATE UNIQUE INDEX "leak_notice_tenant_id_sequence_member_id_key" ON "leak_notice"("tenant_id", "sequence", "member_id");

-- CreateIndex
CREATE INDEX "key_expires_at_id_idx" ON "key"("expires_at", "id");

-- CreateIndex
CREATE INDEX "key_tenant_id_owner_id_expires_at_idx" ON "key"("tenant_id", "owner_id", "expires_at");

-- AddForeignKey
ALTER TABLE "key_notice" ADD CONSTRAINT "key_notice_tenant_id_key_id_fkey" FOREIGN KEY ("tenant_id", "key_id") REFERENCES "key"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "key_notice" ADD CONSTRAINT "key_notice_tenant_id_member_id_fkey" FOREIGN KEY ("tenant_id", "member_id") REFERENCES "member"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "leak_notice" ADD CONSTRAINT "leak_notice_tenant_id_sequence_fkey" FOREIGN KEY ("tenant_id", "sequence") REFERENCES "event"("tenant_id", "sequence") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "leak_notice" ADD CONSTRAINT "leak_notice_tenant_id_member_id_fkey" FOREIGN KEY ("tenant_id", "member_id") REFERENCES "member"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the schema language cannot say.

ALTER TABLE "key_notice"
  ADD CONSTRAINT "key_notice_days_check" CHECK ("days" IN (30, 7, 1, 0)),
  ADD CONSTRAINT "key_notice_attempts_check" CHECK ("attempts" >= 0);
ALTER TABLE "leak_notice" ADD CONSTRAINT "leak_notice_attempts_check" CHECK ("attempts" >= 0);

-- "Which leaks were reported in the last days?" They are few among the events.
CREATE INDEX "event_leak_reported_idx" ON "event" ("at") WHERE "action" = 'key.leak_reported';
