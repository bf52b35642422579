-- CreateTable
CREATE TABLE "usage_alert" (
    "tenant_id" UUID NOT NULL,
    "key_id" UUID NOT NULL,
    "hour" TIMESTAMPTZ(3) NOT NULL,
    "requests" BIGINT NOT NULL,
    "mean_per_hour" DOUBLE PRECISION NOT NULL,
    "raised_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "usage_alert_pkey" PRIMARY KEY ("tenant_id","key_id")
);

-- AddForeignKey
ALTER TABLE "usage_alert" ADD CONSTRAINT "usage_alert_tenant_id_key_id_fkey" FOREIGN KEY ("tenant_id", "key_id") REFERENCES "key"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;
