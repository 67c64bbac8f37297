SET SESSION TRANSACTION READ ONLY;
SET NAMES utf8mb4;
SET SESSION group_concat_max_len = 65536;
SELECT
  x.number,
  CASE
    WHEN FIND_IN_SET('PS_OS_REFUND', x.roles) THEN 'Refunded'
    WHEN FIND_IN_SET('PS_OS_CANCELED', x.roles) THEN 'Canceled'
    WHEN FIND_IN_SET('PS_OS_ERROR', x.roles) OR FIND_IN_SET('AMAZONPAY_DECLINE_STATUS_ID', x.roles)
      THEN 'Payment error'
    WHEN FIND_IN_SET('PS_OS_DELIVERED', x.roles) THEN 'Delivered'
    WHEN FIND_IN_SET('PS_OS_SHIPPING', x.roles) THEN 'Shipped'
    WHEN x.steps LIKE '%capture%' AND (
      FIND_IN_SET('AMAZONPAY_CAPTURED_STATUS_ID', x.roles)
      OR FIND_IN_SET('PS_OS_PAYMENT', x.roles)
      OR FIND_IN_SET('PS_OS_WS_PAYMENT', x.roles)
      OR FIND_IN_SET('PS_OS_PREPARATION', x.roles)
    ) THEN 'Payment accepted'
    WHEN FIND_IN_SET('AMAZONPAY_AUTHORIZED_STATUS_ID', x.roles) OR FIND_IN_SET('PS_OS_PAYMENT', x.roles)
      THEN 'Authorized'
    ELSE x.state_name
  END AS status,
  x.permission,
  x.charge,
  x.transactions,
  TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM x.total)) AS amount,
  x.currency,
  COALESCE(
    CONVERT_TZ(x.placed, x.zone, '+00:00'), CONVERT_TZ(x.placed, @@session.time_zone, '+00:00')
  ) AS created,
  x.buyer_name,
  x.buyer_email
FROM (
  SELECT
    o.id_order,
    o.reference AS number,
    (SELECT GROUP_CONCAT(DISTINCT f.name)
       FROM :prefixconfiguration f
      WHERE f.value = CAST(o.current_state AS CHAR)
        AND (f.name LIKE 'PS\_OS\_%' OR f.name LIKE 'AMAZONPAY\_%\_STATUS\_ID')) AS roles,
    (SELECT MIN(n.name)
       FROM :prefixorder_state_lang n
      WHERE n.id_order_state = o.current_state AND n.id_lang = o.id_lang) AS state_name,
    (SELECT GROUP_CONCAT(t.transaction_type)
       FROM :prefixamazonpay_transactions t
      WHERE t.amazon_checkout_session = a.amazon_checkout_session_id) AS steps,
    NULLIF(a.amazon_charge_permission_id, '') AS permission,
    NULLIF(a.amazon_charge_id, '') AS charge,
    (SELECT GROUP_CONCAT(t.amazon_transaction ORDER BY t.amazon_transaction_id SEPARATOR ' ')
       FROM :prefixamazonpay_transactions t
      WHERE t.amazon_checkout_session = a.amazon_checkout_session_id) AS transactions,
    o.total_paid_tax_incl AS total,
    c.iso_code AS currency,
    o.date_add AS placed,
    z.zone,
    NULLIF(TRIM(CONCAT_WS(' ', u.firstname, u.lastname)), '') AS buyer_name,
    u.email AS buyer_email
  FROM :prefixamazonpay_orders a
  JOIN :prefixorders o ON o.id_order = a.id_order
  JOIN :prefixcurrency c ON c.id_currency = o.id_currency
  LEFT JOIN :prefixcustomer u ON u.id_customer = o.id_customer
  CROSS JOIN (
    SELECT
      MIN(f.value) AS zone,
      COALESCE(
        CONVERT_TZ(:since, '+00:00', MIN(f.value)), CONVERT_TZ(:since, '+00:00', @@session.time_zone)
      ) AS since
    FROM :prefixconfiguration f
    WHERE f.name = 'PS_TIMEZONE'
  ) z
  WHERE o.date_upd >= z.since
    OR EXISTS (
      SELECT 1 FROM :prefixamazonpay_transactions t
      WHERE t.amazon_checkout_session = a.amazon_checkout_session_id AND t.date_upd >= z.since)
) x
WHERE x.permission IS NOT NULL OR x.charge IS NOT NULL OR x.transactions IS NOT NULL
ORDER BY x.id_order;
