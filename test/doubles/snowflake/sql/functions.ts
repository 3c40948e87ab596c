/**
 * Snowflake's functions that the double knows, by name, each with what answers it in DuckDB: a function of DuckDB that
 * does the same, or a macro of ours. Any other is refused.
 */
export const functions: Readonly<Record<string, string>> = {
  ABS: "abs",
  ANY_VALUE: "any_value",
  ARRAY_SIZE: "sf_array_size",
  AVG: "avg",
  CEIL: "ceil",
  COALESCE: "coalesce",
  CONCAT: "sf_concat",
  CONTAINS: "contains",
  COUNT: "count",
  COUNT_IF: "count_if",
  CURRENT_DATE: "sf_current_date",
  CURRENT_TIMESTAMP: "sf_now",
  DATE_PART: "sf_date_part",
  DATE_TRUNC: "date_trunc",
  DATEADD: "sf_dateadd",
  DATEDIFF: "sf_datediff",
  DAYOFWEEK: "dayofweek",
  DENSE_RANK: "dense_rank",
  DIV0: "sf_div0",
  ENDSWITH: "ends_with",
  EXISTS: "exists",
  FIRST_VALUE: "first_value",
  FLOOR: "floor",
  GET: "sf_get",
  GREATEST: "greatest",
  HOUR: "hour",
  HEX_ENCODE: "hex",
  IFF: "sf_iff",
  IFNULL: "ifnull",
  IN: "in",
  LAG: "lag",
  LAST_VALUE: "last_value",
  LEAD: "lead",
  LEAST: "least",
  LEFT: "left",
  LENGTH: "length",
  LISTAGG: "string_agg",
  LOWER: "lower",
  MAX: "max",
  MEDIAN: "median",
  MIN: "min",
  MONTH: "month",
  NULLIF: "nullif",
  NVL: "ifnull",
  OBJECT_KEYS: "sf_object_keys",
  PARSE_JSON: "sf_parse_json",
  RANK: "rank",
  REGEXP_SUBSTR: "regexp_extract",
  REPLACE: "replace",
  RIGHT: "right",
  ROUND: "round",
  ROW_NUMBER: "row_number",
  SPLIT_PART: "split_part",
  STARTSWITH: "starts_with",
  SUBSTR: "substr",
  SUM: "sum",
  TO_CHAR: "sf_to_char",
  TO_DATE: "sf_to_date",
  TO_JSON: "sf_to_json",
  TO_NUMBER: "sf_to_number",
  TO_TIMESTAMP_LTZ: "sf_to_timestamp",
  TO_TIMESTAMP: "sf_to_timestamp_ntz",
  TO_VARCHAR: "sf_to_char",
  TRIM: "trim",
  TRY_PARSE_JSON: "sf_try_parse_json",
  TYPEOF: "sf_typeof",
  UPPER: "upper",
  YEAR: "year",
};

/** Those whose answer is a VARIANT. */
export const variantFunctions: ReadonlySet<string> = new Set(["PARSE_JSON", "TRY_PARSE_JSON", "GET"]);

/** Words that look like functions and are none. */
export const keywordsBeforeBracket: ReadonlySet<string> = new Set(
  "AND OR NOT ON AS OVER VALUES SELECT WHERE FROM JOIN USING BY WHEN THEN ELSE UNION ALL EXCEPT INTERSECT WITHIN GROUP ANY CASE HAVING QUALIFY DISTINCT PARTITION".split(
    " ",
  ),
);

/** DuckDB's side of the functions above that are not DuckDB's own. */
export const macros: readonly string[] = [
  "sf_parse_json(x) AS CASE WHEN trim(x) = '' THEN NULL ELSE CAST(x AS JSON) END",
  "sf_try_parse_json(x) AS TRY_CAST(x AS JSON)",
  "sf_text(v) AS json_extract_string(v, '$')",
  "sf_object(v) AS CASE json_type(v) WHEN 'OBJECT' THEN v WHEN 'NULL' THEN NULL ELSE CASE WHEN v IS NOT NULL THEN CAST(error('Failed to cast variant value ' || v || ' to OBJECT') AS JSON) END END",
  // Documented: a value that is no array becomes an array of one.
  "sf_array(v) AS CASE json_type(v) WHEN 'ARRAY' THEN v WHEN 'NULL' THEN NULL ELSE CASE WHEN v IS NOT NULL THEN json_array(v) END END",
  "sf_get(v, k) AS json_extract(v, k)",
  "sf_array_size(v) AS CASE json_type(v) WHEN 'ARRAY' THEN json_array_length(v) END",
  "sf_object_keys(v) AS to_json(json_keys(v))",
  "sf_to_json(v) AS CAST(v AS VARCHAR)",
  "sf_typeof(v) AS CASE json_type(v) WHEN 'UBIGINT' THEN 'INTEGER' WHEN 'BIGINT' THEN 'INTEGER' WHEN 'NULL' THEN 'NULL_VALUE' ELSE json_type(v) END",
  "sf_iff(c, a, b) AS CASE WHEN c THEN a ELSE b END",
  // Unlike DuckDB's, NULL where one of them is NULL.
  "sf_concat(a, b) AS a || b",
  "sf_div0(a, b) AS CASE WHEN b = 0 THEN 0 ELSE a / b END",
  "sf_to_char(x, f := NULL) AS CASE WHEN f IS NULL THEN CAST(x AS VARCHAR) ELSE strftime(x, sf_format(f)) END",
  "sf_to_date(x, f := NULL) AS CASE WHEN f IS NULL THEN CAST(x AS DATE) ELSE CAST(strptime(NULLIF(CAST(x AS VARCHAR), ''), sf_format(f)) AS DATE) END",
  "sf_to_number(x, f := NULL) AS CASE WHEN f IS NULL THEN CAST(x AS DECIMAL(38,0)) ELSE CAST(CAST('0x' || x AS UBIGINT) AS DECIMAL(38,0)) END",
  "sf_to_timestamp(x, scale) AS make_timestamptz(CAST(x * CAST(pow(10, 6 - scale) AS BIGINT) AS BIGINT))",
  "sf_to_timestamp_ntz(x, scale := 0) AS make_timestamp(CAST(x * CAST(pow(10, 6 - scale) AS BIGINT) AS BIGINT))",
  "sf_date_part(part, x) AS CASE part WHEN 'EPOCH_MILLISECOND' THEN epoch_ms(x) WHEN 'EPOCH_SECOND' THEN epoch_ms(x) // 1000 ELSE date_part(CASE WHEN part LIKE 'EPOCH%' THEN 'YEAR' ELSE part END, x) END",
  "sf_dateadd(part, n, x) AS x + n * CAST('1 ' || part AS INTERVAL)",
  "sf_datediff(part, a, b) AS date_diff(part, a, b)",
  "sf_format(f) AS replace(replace(replace(replace(replace(replace(f, 'YYYY', '%Y'), 'MM', '%m'), 'DD', '%d'), 'HH24', '%H'), 'MI', '%M'), 'SS', '%S')",
];

/** Words that stand for a part of a date where a function asks for one. */
export const dateParts: ReadonlySet<string> = new Set(
  "YEAR QUARTER MONTH WEEK DAY HOUR MINUTE SECOND EPOCH_SECOND EPOCH_MILLISECOND".split(" "),
);
export const datePartFunctions: ReadonlySet<string> = new Set([
  "DATE_PART",
  "DATEADD",
  "DATEDIFF",
  "DATE_TRUNC",
]);
