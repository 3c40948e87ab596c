/** What Glue keeps for itself, or works out from the rest. */
const ownFields: readonly string[] = [
  "Name",
  "CreatedOn",
  "LastModifiedOn",
  "LastModifiedBy",
  "JobMode",
  "AllocatedCapacity",
  "MaxCapacity",
  "ProfileName",
  "AutoUpgradeMetadata",
  "CodeGenConfigurationNodes",
];

/** A definition as `Command.ScriptLocation` → text; what is empty is as good as not there. Pure. */
export function flattenDefinition(definition: object): Map<string, string> {
  const fields = new Map<string, string>();
  const visit = (name: string, value: unknown): void => {
    if (value === undefined || value === null || value === "" || value === false) return;
    if (Array.isArray(value)) {
      if (value.length > 0) fields.set(name, JSON.stringify(value));
    } else if (typeof value === "object") {
      for (const [key, inner] of Object.entries(value)) visit(`${name}.${key}`, inner);
    } else {
      fields.set(name, String(value));
    }
  };
  for (const [name, value] of Object.entries(definition)) if (!ownFields.includes(name)) visit(name, value);
  return fields;
}
