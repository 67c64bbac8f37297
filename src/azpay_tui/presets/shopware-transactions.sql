SET SESSION TRANSACTION READ ONLY;
SET NAMES utf8mb4;
SET SESSION group_concat_max_len = 65536;
SELECT
  o.order_number AS number,
  s.technical_name AS status,
  x.permission,
  x.transactions,
  TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST(o.amount_total AS DECIMAL(20, 4)))) AS amount,
  c.iso_code AS currency,
  o.order_date_time AS created,
  NULLIF(TRIM(CONCAT_WS(' ', u.first_name, u.last_name)), '') AS buyer_name,
  u.email AS buyer_email
FROM (
  SELECT
    a.order_transaction_id,
    MAX(CASE WHEN a.type = 'ChargePermission' THEN a.reference END) AS permission,
    GROUP_CONCAT(a.reference ORDER BY a.time, a.reference SEPARATOR ' ') AS transactions,
    MAX(COALESCE(a.updated_at, a.created_at)) AS changed
  FROM :prefixswag_amazon_pay_transaction a
  WHERE a.order_transaction_id IS NOT NULL
  GROUP BY a.order_transaction_id
) x
JOIN :prefixorder_transaction t
  ON t.id = x.order_transaction_id AND t.version_id = UNHEX('0FA91CE3E96A4BC2BE4BD9CE752C3425')
JOIN `:prefixorder` o ON o.id = t.order_id AND o.version_id = t.order_version_id
JOIN :prefixstate_machine_state s ON s.id = t.state_id
JOIN :prefixcurrency c ON c.id = o.currency_id
LEFT JOIN :prefixorder_customer u ON u.order_id = o.id AND u.order_version_id = o.version_id
WHERE x.permission IS NOT NULL
  AND (
    x.changed >= :since
    OR COALESCE(t.updated_at, t.created_at) >= :since
    OR COALESCE(o.updated_at, o.created_at) >= :since
  )
ORDER BY t.created_at, x.permission;
