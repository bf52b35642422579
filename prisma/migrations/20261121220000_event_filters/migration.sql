-- CreateIndex
CREATE INDEX "event_tenant_id_action_sequence_idx" ON "event"("tenant_id", "action", "sequence");

-- CreateIndex
CREATE INDEX "event_tenant_id_actor_id_sequence_idx" ON "event"("tenant_id", "actor_id", "sequence");

-- What the schema's language cannot say.

-- "What happened to keys of this name?", in any case. Deleted keys have no other row that holds their name.
CREATE INDEX "event_key_name_idx" ON "event" ("tenant_id", lower("key_name"), "sequence") WHERE "key_name" IS NOT NULL;
